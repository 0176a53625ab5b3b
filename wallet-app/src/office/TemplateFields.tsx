import { SumField } from '../staff/SumField.tsx'
import { staffWords } from '../staff/words.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import type { TypedTemplate } from './newProgramme.ts'
import type { ThreeWords } from './threeWords.ts'
import { WordsField } from './WordsField.tsx'
import { words } from './words.ts'

const mostTemplates = 20

export interface TemplateFieldsProps {
  /** What a youth sees: a good name for the first template. */
  label: ThreeWords
  value: TypedTemplate[]
  onChange: (value: TypedTemplate[]) => void
}

/** Templates: what a worker grants with one tap. */
export function TemplateFields({ label, value, onChange }: TemplateFieldsProps) {
  const t = words().newProgramme
  const change = (id: string, part: Partial<TypedTemplate>) =>
    onChange(value.map((one) => (one.id === id ? { ...one, ...part } : one)))
  return (
    <fieldset class="words-field stack">
      <legend class="label">{t.templates}</legend>
      {value.map((one) => (
        <div key={one.id} class="card stack tight">
          <WordsField label={t.templateName} value={one.name} onChange={(name) => change(one.id, { name })} />
          <div class="pair">
            <SumField label={staffWords().amount} value={one.amount} onInput={(amount) => change(one.id, { amount })} />
            <Field
              label={words().programme.days}
              value={one.days}
              onInput={(days) => change(one.id, { days })}
              inputMode="numeric"
              maxLength={3}
            />
          </div>
          <div>
            <Button kind="bare" onClick={() => onChange(value.filter(({ id }) => id !== one.id))}>
              {t.removeTemplate}
            </Button>
          </div>
        </div>
      ))}
      {value.length < mostTemplates && (
        <div>
          <Button
            kind="quiet"
            onClick={() => onChange([...value, { id: crypto.randomUUID(), name: label, amount: '', days: '30' }])}
          >
            <Icon name="plus" size={20} /> {t.addTemplate}
          </Button>
        </div>
      )}
    </fieldset>
  )
}
