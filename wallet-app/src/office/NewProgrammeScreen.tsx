import { useState } from 'preact/hooks'
import type { openProgramme } from '../../../protocol/api/network.ts'
import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { SumField } from '../staff/SumField.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { useLoad } from '../staff/useLoad.ts'
import { staffWords } from '../staff/words.ts'
import { common } from '../text/common.ts'
import { Button } from '../ui/Button.tsx'
import { Check, Choices, Field, Select } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import {
  emptyProgramme,
  type ProgrammeFault,
  readProgramme,
  ruleSets,
  type TypedProgramme,
  undoWindows,
} from './newProgramme.ts'
import { loadProgrammes, nextNumber } from './officeData.ts'
import { PurposesField } from './PurposesField.tsx'
import { screens } from './screens.ts'
import { TemplateFields } from './TemplateFields.tsx'
import { WordsField } from './WordsField.tsx'
import { words } from './words.ts'

/** A programme: what it is for, its limits, and the templates that workers grant from. */
export function NewProgrammeScreen() {
  const loaded = useLoad(loadProgrammes)
  return (
    <StaffScreen title={words().newProgramme.title} onBack={screens.back}>
      <LoadState of={loaded} />
      {loaded.value !== null && <Form number={nextNumber(loaded.value, 1)} />}
    </StaffScreen>
  )
}

function Form({ number }: { number: number }) {
  const t = words().newProgramme
  const [typed, setTyped] = useState(() => emptyProgramme(number))
  const [fault, setFault] = useState<ProgrammeFault | null>(null)
  const change = (part: Partial<TypedProgramme>) => {
    setTyped({ ...typed, ...part })
    setFault(null)
  }
  const [act, open] = useAct(async (body: Parameters<typeof send>[0]) => {
    const { id } = await send(body)
    screens.replace({ is: 'programme', id })
  })

  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault()
        const read = readProgramme(typed)
        if ('fault' in read) setFault(read.fault)
        else void open(read.body)
      }}
    >
      <p class="quiet">{t.lead}</p>
      <WordsField label={t.names} value={typed.name} onChange={(name) => change({ name })} />
      <WordsField label={t.labels} hint={t.labelHint} value={typed.label} onChange={(label) => change({ label })} />
      <PurposesField
        label={words().programme.purposes}
        value={typed.purposes}
        onChange={(purposes) => change({ purposes })}
      />
      <Kinds typed={typed} onChange={change} />
      <Limits typed={typed} onChange={change} />
      <TemplateFields label={typed.label} value={typed.templates} onChange={(templates) => change({ templates })} />
      {fault !== null && <Notice is="no">{sentenceOf(fault)}</Notice>}
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <div class="row">
        <Button type="submit" isBusy={act.is === 'busy'}>
          {act.is === 'busy' ? common().loading : t.open}
        </Button>
      </div>
    </form>
  )
}

interface PartProps {
  typed: TypedProgramme
  onChange: (part: Partial<TypedProgramme>) => void
}

function Kinds({ typed, onChange }: PartProps) {
  const t = words().programme
  return (
    <>
      <Choices
        label={t.kindTitle}
        value={typed.kind}
        options={(['value', 'service'] as const).map((value) => ({ value, text: t.kind[value] }))}
        onChange={(kind) => onChange({ kind })}
      />
      <Choices
        label={t.modeTitle}
        value={typed.mode}
        options={(['full', 'reference'] as const).map((value) => ({ value, text: t.mode[value] }))}
        onChange={(mode) => onChange({ mode })}
      />
      {typed.mode === 'full' && (
        <Select
          label={t.ruleSet}
          value={typed.ruleSet}
          options={[{ value: '', text: t.noRules }, ...ruleSets.map((value) => ({ value, text: value }))]}
          onChange={(ruleSet) => onChange({ ruleSet })}
        />
      )}
      <Check
        label={words().newProgramme.isUniversal}
        isOn={typed.isUniversal}
        onChange={(isUniversal) => onChange({ isUniversal })}
      />
    </>
  )
}

function Limits({ typed, onChange }: PartProps) {
  const t = words().programme
  return (
    <div class="pair">
      <SumField label={`${t.most}, €`} value={typed.most} onInput={(most) => onChange({ most })} />
      <SumField label={`${t.daily}, €`} value={typed.daily} onInput={(daily) => onChange({ daily })} />
      <Select
        label={t.undo}
        value={typed.undoSeconds}
        options={undoWindows.map((seconds) => ({
          value: seconds === null ? '' : String(seconds),
          text: seconds === null ? t.undoUntilMorning : t.undoFor(String(seconds / 60)),
        }))}
        onChange={(undoSeconds) => onChange({ undoSeconds })}
      />
      <Field
        label={words().newProgramme.number}
        value={typed.number}
        onInput={(number) => onChange({ number })}
        inputMode="numeric"
        maxLength={9}
      />
    </div>
  )
}

function sentenceOf(fault: ProgrammeFault): string {
  const t = words().newProgramme
  if (fault === 'names' || fault === 'templates') return t.allNames
  if (fault === 'purposes') return t.choosePurpose
  if (fault === 'service_most') return t.serviceMost
  if (fault === 'template_most') return t.templateMost
  return fault === 'sums' ? staffWords().notASum : common().refusal.bad_request
}

function send(body: Extract<ReturnType<typeof readProgramme>, { body: unknown }>['body']) {
  return callStaff<typeof openProgramme>('post', '/api/office/programmes', { body })
}
