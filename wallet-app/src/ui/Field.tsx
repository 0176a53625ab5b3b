import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface FrameProps {
  label: string
  hint?: string | undefined
  /** What is wrong and what to do; read out when it appears. */
  error?: string | null | undefined
}

export interface FieldProps extends FrameProps {
  value: string
  onInput: (value: string) => void
  type?: 'text' | 'search' | 'number' | 'date' | 'tel' | 'password'
  inputMode?: 'text' | 'decimal' | 'numeric' | 'search'
  autoComplete?: string
  isRequired?: boolean
  /** Gives a text area of that many lines. */
  lines?: number
  placeholder?: string
  maxLength?: number
  isCode?: boolean
}

/** A labelled input with its hint and error tied to it. */
export function Field(props: FieldProps) {
  const id = useId()
  const {
    label,
    hint,
    error,
    lines,
    value,
    isRequired,
    inputMode,
    autoComplete = 'off',
    placeholder,
    maxLength,
  } = props
  const shared = {
    id,
    value,
    autoComplete,
    class: props.isCode ? 'mono' : '',
    'aria-describedby': `${hint ? `${id}-hint ` : ''}${error ? `${id}-error` : ''}` || undefined,
    'aria-invalid': error ? ('true' as const) : undefined,
    ...(isRequired ? { required: true } : {}),
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(props.isCode ? { autoCapitalize: 'characters' as const, spellcheck: false } : {}),
    onInput: (event: { currentTarget: { value: string } }) => props.onInput(event.currentTarget.value),
  }
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      {lines === undefined ? (
        // Preact's types want one type of input at a time; all of ours take the same attributes.
        <input type={(props.type ?? 'text') as 'text'} {...(inputMode ? { inputMode } : {})} {...shared} />
      ) : (
        <textarea rows={lines} {...shared} />
      )}
    </Frame>
  )
}

export interface SelectProps<V extends string> extends FrameProps {
  value: V
  options: readonly { value: V; text: string }[]
  onChange: (value: V) => void
}

export function Select<V extends string>({ label, hint, error, value, options, onChange }: SelectProps<V>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select
        id={id}
        value={value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.currentTarget.value as V)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </Frame>
  )
}

/** One of a few, all in sight. */
export function Choices<V extends string>({ label, value, options, onChange }: Omit<SelectProps<V>, 'hint' | 'error'>) {
  const name = useId()
  return (
    <fieldset class="choices">
      <legend class="label">{label}</legend>
      {options.map((option) => (
        <label key={option.value} class="choice">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.text}</span>
        </label>
      ))}
    </fieldset>
  )
}

export function Check({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  )
}

function Frame({ id, label, hint, error, children }: FrameProps & { id: string; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <span id={`${id}-hint`} class="quiet">
          {hint}
        </span>
      )}
      {children}
      {error && (
        <span id={`${id}-error`} class="error" role="alert">
          {error}
        </span>
      )}
    </div>
  )
}
