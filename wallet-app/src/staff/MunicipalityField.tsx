import { useId, useState } from 'preact/hooks'
import { municipalities, municipalityName, municipalityOf } from '../text/municipalities.ts'
import { staffWords } from './words.ts'

export interface MunicipalityFieldProps {
  /** A code, or empty. */
  code: string
  onChange: (code: string) => void
}

/** A municipality by its name: type a few letters and choose. The code is empty until the name is one that exists. */
export function MunicipalityField({ code, onChange }: MunicipalityFieldProps) {
  const t = staffWords()
  const id = useId()
  const [typed, setTyped] = useState(code === '' ? '' : municipalityName(code))
  const [isLeft, setLeft] = useState(false)
  const isUnknown = isLeft && typed.trim() !== '' && municipalityOf(typed) === null
  return (
    <div class="field">
      <label for={id}>{t.municipality}</label>
      <input
        id={id}
        type="text"
        list={`${id}-names`}
        autoComplete="off"
        value={typed}
        aria-invalid={isUnknown ? 'true' : undefined}
        aria-describedby={isUnknown ? `${id}-error` : undefined}
        onInput={(event) => {
          setTyped(event.currentTarget.value)
          onChange(municipalityOf(event.currentTarget.value) ?? '')
        }}
        onBlur={() => setLeft(true)}
      />
      <datalist id={`${id}-names`}>
        {municipalities().map((one) => (
          <option key={one.code} value={one.name} />
        ))}
      </datalist>
      {isUnknown && (
        <span id={`${id}-error`} class="error" role="alert">
          {t.municipalityUnknown}
        </span>
      )}
    </div>
  )
}
