import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { isOne } from '../staff/staffSession.ts'
import { useLoad, useRepeat } from '../staff/useLoad.ts'
import { staffWords } from '../staff/words.ts'
import { shortSum, sum } from '../text/format.ts'
import { language } from '../text/text.ts'
import { Table } from '../ui/Table.tsx'
import { BudgetBar } from './BudgetBar.tsx'
import { budgetOf } from './budget.ts'
import { Facts } from './Facts.tsx'
import { FundForm } from './FundForm.tsx'
import { loadProgramme, type Programme } from './officeData.ts'
import { ProgrammeState } from './ProgrammesScreen.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

const soonMs = 2000

/** One programme: its money, its rules, and booking more. */
export function ProgrammeScreen({ id }: { id: number }) {
  const loaded = useLoad(() => loadProgramme(id), String(id))
  const one = loaded.value
  useRepeat(loaded.reload, one?.state === 'opening', soonMs)
  return (
    <StaffScreen title={one?.name[language.value] ?? words().programmes.name} onBack={screens.back}>
      <LoadState of={loaded} />
      {one !== null && (
        <div class="columns">
          <div class="stack">
            <Money of={one} />
            {isOne('finance') && one.state === 'open' && <FundForm programme={one} onBooked={loaded.reload} />}
          </div>
          <div class="stack">
            <Rules of={one} />
            {one.templates.length > 0 && <Templates of={one} />}
          </div>
        </div>
      )}
    </StaffScreen>
  )
}

function Money({ of: one }: { of: Programme }) {
  const t = words()
  const { parts, budgetCents, grantedCents } = budgetOf(one)
  return (
    <section class="card stack tight">
      <div class="row apart">
        <h2>{t.budget.free}</h2>
        <ProgrammeState of={one} />
      </div>
      <p class="big-sum amount">{sum(parts.free)}</p>
      <BudgetBar budget={budgetOf(one)} />
      <dl class="facts money">
        <dt>{t.budget.budget}</dt>
        <dd>{sum(budgetCents)}</dd>
        <dt>{t.budget.granted}</dt>
        <dd>{sum(grantedCents)}</dd>
        {(['spent', 'left', 'expired', 'revoked'] as const).map((part) => [
          <dt key={part} class="part-name">
            <span class={`key ${part}`} aria-hidden="true" /> {t.budget[part]}
          </dt>,
          <dd key={`${part} is`}>{sum(parts[part])}</dd>,
        ])}
        <dt>{t.programme.float}</dt>
        <dd>{sum(BigInt(one.floatCents))}</dd>
        <dt>{t.programme.guarantee}</dt>
        <dd>{sum(BigInt(one.guaranteeCents))}</dd>
      </dl>
    </section>
  )
}

function Rules({ of: one }: { of: Programme }) {
  const t = words().programme
  const undo = one.undoSeconds === null ? t.undoUntilMorning : t.undoFor(String(Math.round(one.undoSeconds / 60)))
  return (
    <Facts
      title={t.facts}
      of={[
        [t.number, String(one.id)],
        [t.label, one.label[language.value]],
        [t.kindTitle, t.kind[one.kind]],
        [t.modeTitle, t.mode[one.mode]],
        ...(one.isUniversal ? ([[t.universal, '✓']] as [string, string][]) : []),
        [t.purposes, one.purposes.map((purpose) => staffWords().purpose[purpose]).join(', ')],
        [t.ruleSet, one.ruleSet ?? t.noRules],
        [t.most, shortSum(BigInt(one.mostPerGrantCents))],
        [t.daily, shortSum(BigInt(one.dailyLimitCents))],
        [t.undo, undo],
      ]}
    />
  )
}

function Templates({ of: one }: { of: Programme }) {
  const t = words().programme
  return (
    <Table
      caption={t.templates}
      rows={one.templates}
      keyOf={({ id }) => id}
      columns={[
        { title: t.template, cell: ({ name }) => name[language.value] },
        { title: staffWords().amount, isNumber: true, cell: ({ amountCents }) => sum(BigInt(amountCents)) },
        { title: t.days, isNumber: true, cell: ({ validDays }) => String(validDays) },
      ]}
    />
  )
}
