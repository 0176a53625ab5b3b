import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { useLoad } from '../staff/useLoad.ts'
import { common } from '../text/common.ts'
import { language } from '../text/text.ts'
import { Notice } from '../ui/Notice.tsx'
import { loadCase, loadProgrammes } from './deskData.ts'
import { NeedForm } from './NeedForm.tsx'
import { ReferenceForm } from './ReferenceForm.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

/** From a template to a decision. */
export function GrantScreen({ caseId, programme: id, template: templateId }: GrantProps) {
  const loaded = useLoad(() => Promise.all([loadCase(caseId), loadProgrammes()]))
  const [one, programmes] = loaded.value ?? [null, null]
  const programme = programmes?.find((known) => known.id === id)
  if (one === null || programme === undefined) return <Waits title={words().one.newNeed} of={loaded} />

  const template = programme.templates.find((known) => known.id === templateId) ?? null
  const name = (template?.name ?? programme.name)[language.value]
  return programme.mode === 'reference' ? (
    <ReferenceForm title={name} one={one} programme={programme} template={template} />
  ) : (
    <NeedForm title={name} one={one} programme={programme} template={template} recorded={null} />
  )
}

interface GrantProps {
  caseId: string
  programme: number
  template: string | null
}

/** A need that was recorded earlier and is not decided. */
export function DecideScreen({ caseId, need: id }: { caseId: string; need: string }) {
  const loaded = useLoad(() => Promise.all([loadCase(caseId), loadProgrammes()]))
  const [one, programmes] = loaded.value ?? [null, null]
  const need = one?.needs.find((known) => known.id === id)
  const programme = programmes?.find((known) => known.id === need?.programme)
  if (one === null || need === undefined || programme === undefined) {
    return <Waits title={words().need.decide} of={loaded} />
  }
  const [template = null] = programme.templates
  const name = need.programmeName[language.value]
  return <NeedForm title={name} one={one} programme={programme} template={template} recorded={need} />
}

function Waits({ title, of }: { title: string; of: ReturnType<typeof useLoad> }) {
  return (
    <StaffScreen title={title} onBack={screens.back}>
      <LoadState of={of} />
      {of.value !== null && <Notice is="no">{common().refusal.not_found}</Notice>}
    </StaffScreen>
  )
}
