import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './Icon.tsx'

type Kind = 'no' | 'yes' | 'waiting' | 'plain'

const icons: Record<Kind, IconName> = { no: 'alert', yes: 'tick', waiting: 'wait', plain: 'receipt' }

/** An answer in its place on the screen. A `no` is read out at once, the others when there is time. */
export function Notice({ is, children }: { is: Kind; children: ComponentChildren }) {
  return (
    <div class={`notice ${is}`} role={is === 'no' ? 'alert' : 'status'}>
      <Icon name={icons[is]} />
      <div class="grow">{children}</div>
    </div>
  )
}

/** A state in one word, in a frame. */
export function Badge({ is, children }: { is: Kind; children: ComponentChildren }) {
  return <span class={`badge ${is}`}>{children}</span>
}
