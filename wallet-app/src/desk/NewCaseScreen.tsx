import { useMemo, useState } from 'preact/hooks'
import type { openCase } from '../../../protocol/api/people.ts'
import type { Input } from '../api/client.ts'
import { MunicipalityField } from '../staff/MunicipalityField.tsx'
import { StaffScreen } from '../staff/StaffScreen.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { staffWords } from '../staff/words.ts'
import { common } from '../text/common.ts'
import { type Language, language, languages } from '../text/text.ts'
import { Button } from '../ui/Button.tsx'
import { Choices, Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import { screens } from './screens.ts'
import { words } from './words.ts'

type AgeBand = Input<typeof openCase>['body']['ageBand']

const ageBands: readonly AgeBand[] = ['under_12', '12_14', '15_17', '18_plus']
/** A worker's youths mostly live in one place: the last one is there the next time. */
const lastMunicipality = 'desk-municipality'

/** A case with the least possible. */
export function NewCaseScreen() {
  const t = words()
  const id = useMemo(() => crypto.randomUUID(), [])
  const [pseudonym, setPseudonym] = useState('')
  const [ageBand, setAgeBand] = useState<AgeBand | ''>('')
  const [municipality, setMunicipality] = useState(() => localStorage.getItem(lastMunicipality) ?? '')
  const [spoken, setSpoken] = useState<Language>(language.peek())
  const [act, start] = useAct(async (age: AgeBand) => {
    const body = { id, pseudonym: pseudonym.trim(), ageBand: age, municipality, language: spoken }
    const made = await callStaff<typeof openCase>('post', '/api/desk/cases', { body })
    localStorage.setItem(lastMunicipality, municipality)
    screens.replace({ is: 'case', id: made.id })
  })
  const missing =
    pseudonym.trim() === ''
      ? t.newCase.pseudonymFirst
      : ageBand === ''
        ? t.newCase.ageFirst
        : municipality === ''
          ? staffWords().municipalityUnknown
          : null

  return (
    <StaffScreen
      title={t.newCase.title}
      onBack={screens.back}
      foot={
        <Button onClick={() => ageBand !== '' && void start(ageBand)} isBusy={act.is === 'busy'} missing={missing}>
          {act.is === 'busy' ? common().loading : t.newCase.save}
        </Button>
      }
    >
      <div class="form">
        <Field
          label={t.newCase.pseudonym}
          hint={t.newCase.pseudonymHint}
          value={pseudonym}
          onInput={setPseudonym}
          maxLength={60}
        />
        <Choices<AgeBand | ''>
          label={t.newCase.age}
          value={ageBand}
          options={ageBands.map((value) => ({ value, text: t.ageBand[value] }))}
          onChange={setAgeBand}
        />
        <MunicipalityField code={municipality} onChange={setMunicipality} />
        <Choices
          label={t.newCase.language}
          value={spoken}
          options={languages.map((value) => ({ value, text: t.language[value] }))}
          onChange={setSpoken}
        />
        {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      </div>
    </StaffScreen>
  )
}
