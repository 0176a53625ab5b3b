import type { ComponentChildren } from 'preact'
import { Icon } from './Icon.tsx'
import { useArrival } from './useArrival.ts'
import './status.css'

export interface StatusProps {
  is: 'paid' | 'no' | 'waiting'
  title: string
  /** The sum, large, above the words. */
  amount?: string | undefined
  children?: ComponentChildren
  foot?: ComponentChildren
}

/** Fills the screen with one answer, read out at once: a tick and a sum, a frame with words, or a moving bar. */
export function Status({ is, title, amount, children, foot }: StatusProps) {
  const heading = useArrival(title)

  const words = (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </>
  )
  return (
    <main class={`status ${is}`}>
      <div class="status-body" role={is === 'no' ? 'alert' : 'status'}>
        {is === 'paid' && (
          <span class="status-sign" aria-hidden="true">
            <Icon name="tick" size={72} />
          </span>
        )}
        {amount && <span class="amount large">{amount}</span>}
        {is === 'no' ? <div class="status-frame">{words}</div> : words}
        {is === 'waiting' && <Waiting />}
      </div>
      {foot && <div class="status-foot">{foot}</div>}
    </main>
  )
}

/** Something goes on; how long is not known. */
export function Waiting() {
  return <span class="waiting-bar" aria-hidden="true" />
}
