import type { ComponentChildren } from 'preact'
import { common } from '../text/common.ts'
import { Button } from './Button.tsx'
import { Icon } from './Icon.tsx'
import { useArrival } from './useArrival.ts'

export interface ScreenProps {
  title: string
  children: ComponentChildren
  /** Shows the arrow back. */
  onBack?: (() => void) | undefined
  /** One or two bare buttons beside the title. */
  action?: ComponentChildren
  /** What the thumb does. */
  foot?: ComponentChildren
  /** For the desk and the office. */
  isWide?: boolean
  /** Puts a short content in the middle. */
  isMiddle?: boolean
}

/** A screen takes the focus to its title when it appears, so that a screen reader says where one is. */
export function Screen({ title, children, onBack, action, foot, isWide, isMiddle }: ScreenProps) {
  const heading = useArrival(title)

  return (
    <div class={isWide ? 'screen wide' : 'screen'}>
      <header class="screen-head">
        {onBack && (
          <Button kind="bare" label={common().back} onClick={onBack}>
            <Icon name="back" />
          </Button>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {action}
      </header>
      <main class={isMiddle ? 'screen-main middle' : 'screen-main'}>{children}</main>
      {foot && <footer class="screen-foot">{foot}</footer>}
    </div>
  )
}
