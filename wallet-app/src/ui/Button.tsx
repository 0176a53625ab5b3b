import type { ComponentChildren } from 'preact'

export interface ButtonProps {
  children: ComponentChildren
  onClick?: (() => void) | undefined
  /** `main` is the one thing to do; a screen has at most one. */
  kind?: 'main' | 'quiet' | 'danger' | 'bare'
  /** Stays focusable and says that it is busy: a disabled button loses a keyboard user's place. */
  isBusy?: boolean
  isDisabled?: boolean
  type?: 'button' | 'submit'
  /** What it does, where the words alone do not say it. */
  label?: string | undefined
}

export function Button(props: ButtonProps) {
  const { children, onClick, kind = 'main', isBusy = false, isDisabled = false, type = 'button', label } = props
  return (
    <button
      type={type}
      class={`button ${kind === 'quiet' ? 'quiet-button' : kind}`}
      aria-disabled={isBusy ? 'true' : undefined}
      aria-busy={isBusy ? 'true' : undefined}
      aria-label={label}
      disabled={isDisabled}
      onClick={(event) => {
        if (isBusy) event.preventDefault()
        else onClick?.()
      }}
    >
      {children}
    </button>
  )
}
