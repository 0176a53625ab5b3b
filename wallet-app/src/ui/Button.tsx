import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'

export interface ButtonProps {
  children: ComponentChildren
  onClick?: (() => void) | undefined
  /** `main` is the one thing to do; a screen has at most one. */
  kind?: 'main' | 'quiet' | 'danger' | 'bare'
  /** Stays focusable and says that it is busy: a disabled button loses a keyboard user's place. */
  isBusy?: boolean
  /** A sentence while something is missing: the press says it instead of acting. A button is never dead without a word. */
  missing?: string | null
  type?: 'button' | 'submit'
  /** What it does, where the words alone do not say it. */
  label?: string | undefined
}

export function Button(props: ButtonProps) {
  const { children, onClick, kind = 'main', isBusy = false, missing = null, type = 'button', label } = props
  const id = useId()
  const [isAsked, setAsked] = useState(false)
  const because = isAsked ? missing : null
  return (
    <>
      <button
        type={type}
        class={`button ${kind === 'quiet' ? 'quiet-button' : kind}`}
        aria-disabled={isBusy ? 'true' : undefined}
        aria-busy={isBusy ? 'true' : undefined}
        aria-label={label}
        aria-describedby={because === null ? undefined : id}
        onClick={(event) => {
          setAsked(missing !== null)
          // What is prevented here is the sending of a form.
          if (isBusy || missing !== null) event.preventDefault()
          else onClick?.()
        }}
      >
        {children}
      </button>
      {because !== null && (
        <span id={id} class="missing" role="alert">
          {because}
        </span>
      )}
    </>
  )
}
