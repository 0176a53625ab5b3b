import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { useLoad } from '../staff/useLoad.ts'
import { shortSum } from '../text/format.ts'
import { municipalityName } from '../text/municipalities.ts'
import { language } from '../text/text.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Mark } from '../ui/Mark.tsx'
import { Badge, Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import { type Case, loadCase, loadProgrammes, makeCode, type Programme, type Template } from './deskData.ts'
import { NeedCard } from './NeedCard.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

/** One youth as the worker knows them: what is needed next, and what was decided. */
export function CaseScreen({ id }: { id: string }) {
  const t = words().one
  const loaded = useLoad(() => loadCase(id), id)
  const programmes = useLoad(loadProgrammes)
  const one = loaded.value
  return (
    <StaffScreen title={t.title} onBack={screens.back}>
      <LoadState of={loaded} />
      {one !== null && (
        <>
          <Who of={one} />
          <section class="stack tight" aria-labelledby="new-need">
            <h2 id="new-need">{t.newNeed}</h2>
            <p class="quiet">{t.newNeedLead}</p>
            <LoadState of={programmes} />
            {programmes.value !== null && <Templates caseId={one.id} programmes={programmes.value} />}
          </section>
          <section class="stack tight" aria-labelledby="needs">
            <h2 id="needs">{t.needs}</h2>
            {one.needs.length === 0 && <p class="quiet">{t.noNeeds}</p>}
            <div class="need-list">
              {one.needs.map((need) => (
                <NeedCard key={need.id} caseId={one.id} need={need} onChanged={loaded.reload} />
              ))}
            </div>
          </section>
        </>
      )}
    </StaffScreen>
  )
}

function Who({ of: one }: { of: Case }) {
  const t = words()
  const [act, start] = useAct(async () => {
    // With a phone in use, what a new code does is said first.
    if (!one.hasWallet) await makeCode(one.id)
    screens.go({ is: 'code', caseId: one.id })
  })
  return (
    <div class="who">
      <div class="stack tight">
        <p class="pseudonym">{one.pseudonym}</p>
        <p class="quiet">
          {t.ageBand[one.ageBand as keyof typeof t.ageBand]} · {municipalityName(one.municipality)} ·{' '}
          {t.language[one.language]}
        </p>
        <div>{one.hasWallet ? <Badge is="yes">{t.phone.has}</Badge> : <Badge is="plain">{t.phone.none}</Badge>}</div>
      </div>
      <Button kind={one.hasWallet ? 'quiet' : 'main'} isBusy={act.is === 'busy'} onClick={() => void start()}>
        <Icon name="code" size={20} /> {one.hasWallet ? t.one.newPhone : t.one.code}
      </Button>
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
    </div>
  )
}

interface Choice {
  programme: Programme
  template: Template | null
}

function Templates({ caseId, programmes }: { caseId: string; programmes: Programme[] }) {
  const t = words().one
  const open = programmes.filter(({ state }) => state === 'open')
  const choices = open.flatMap((programme): Choice[] =>
    programme.templates.length === 0
      ? [{ programme, template: null }]
      : programme.templates.map((template) => ({ programme, template })),
  )
  if (choices.length === 0) return <p class="quiet">{t.noTemplates}</p>
  return (
    <ul class="templates">
      {choices.map(({ programme, template }) => (
        <li key={`${programme.id} ${template?.id}`}>
          <button
            type="button"
            class="template"
            onClick={() => screens.go({ is: 'grant', caseId, programme: programme.id, template: template?.id ?? null })}
          >
            <Mark purpose={programme.purposes[0]} />
            <span class="item-text">
              <b>{(template?.name ?? programme.name)[language.value]}</b>
              {programme.mode === 'reference' && <span class="quiet">{t.byReference}</span>}
            </span>
            {template && <b class="amount">{shortSum(BigInt(template.amountCents))}</b>}
          </button>
        </li>
      ))}
    </ul>
  )
}
