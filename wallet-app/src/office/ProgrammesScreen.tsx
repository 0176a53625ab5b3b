import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { isOne } from '../staff/staffSession.ts'
import { useLoad, useRepeat } from '../staff/useLoad.ts'
import { shortSum, sum } from '../text/format.ts'
import { language } from '../text/text.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Badge } from '../ui/Notice.tsx'
import { Table } from '../ui/Table.tsx'
import { BudgetBar } from './BudgetBar.tsx'
import { type BudgetPart, budgetOf, sumOfBudgets } from './budget.ts'
import { loadProgrammes, type Programme } from './officeData.ts'
import { screens } from './screens.ts'
import { words } from './words.ts'

const soonMs = 2000

/** Every programme and what became of its money: cards on a phone, one table on a desk. */
export function ProgrammesScreen() {
  const t = words().programmes
  const loaded = useLoad(loadProgrammes)
  const programmes = loaded.value ?? []
  useRepeat(
    loaded.reload,
    programmes.some(({ state }) => state === 'opening'),
    soonMs,
  )
  return (
    <StaffScreen
      title={t.title}
      action={
        isOne('officer') && (
          <Button kind="quiet" onClick={() => screens.go({ is: 'newProgramme' })}>
            <Icon name="plus" size={20} /> {t.open}
          </Button>
        )
      }
    >
      <LoadState of={loaded} />
      {loaded.value !== null && (
        <>
          <ul class="narrow-only programme-cards">
            {programmes.map((programme) => (
              <li key={programme.id}>
                <ProgrammeCard of={programme} />
              </li>
            ))}
          </ul>
          <div class="wide-only">
            <BudgetTable programmes={programmes} />
          </div>
        </>
      )}
    </StaffScreen>
  )
}

export function ProgrammeState({ of: { state } }: { of: Programme }) {
  const kind = { opening: 'waiting', open: 'yes', closed: 'plain' } as const
  return <Badge is={kind[state]}>{words().programmes.state[state]}</Badge>
}

function ProgrammeCard({ of: programme }: { of: Programme }) {
  const t = words().budget
  const budget = budgetOf(programme)
  const shown: readonly BudgetPart[] = ['spent', 'left', 'expired', 'revoked']
  return (
    <button type="button" class="card programme-card" onClick={() => screens.go({ is: 'programme', id: programme.id })}>
      <span class="row apart">
        <b>{programme.name[language.value]}</b>
        {programme.state !== 'open' && <ProgrammeState of={programme} />}
      </span>
      <span class="row apart">
        <span class="quiet">{t.free}</span>
        <b class="amount">{shortSum(budget.parts.free)}</b>
      </span>
      <BudgetBar budget={budget} />
      <span class="legend">
        {shown.map((part) => (
          <span key={part} class="legend-item">
            <span class={`key ${part}`} aria-hidden="true" />
            {t[part]} <b>{shortSum(budget.parts[part])}</b>
          </span>
        ))}
      </span>
    </button>
  )
}

function BudgetTable({ programmes }: { programmes: Programme[] }) {
  const t = words()
  const all = sumOfBudgets(programmes.map(budgetOf))
  const part = (name: BudgetPart) => ({
    title: t.budget[name],
    isNumber: true,
    cell: (programme: Programme) => sum(budgetOf(programme).parts[name]),
    total: sum(all.parts[name]),
  })
  return (
    <Table
      caption={t.programmes.title}
      isTitled
      rows={programmes}
      keyOf={({ id }) => String(id)}
      empty={t.programmes.none}
      columns={[
        {
          title: t.programmes.name,
          total: t.total,
          cell: (programme) => (
            <div class="programme-cell">
              <button
                type="button"
                class="link-button"
                onClick={() => screens.go({ is: 'programme', id: programme.id })}
              >
                {programme.name[language.value]}
              </button>
              {programme.state !== 'open' && <ProgrammeState of={programme} />}
              <BudgetBar budget={budgetOf(programme)} />
            </div>
          ),
        },
        part('free'),
        {
          title: t.budget.budget,
          isNumber: true,
          cell: (programme) => sum(BigInt(programme.budgetCents)),
          total: sum(all.budgetCents),
        },
        {
          title: t.budget.granted,
          isNumber: true,
          cell: (programme) => sum(BigInt(programme.grantedCents)),
          total: sum(all.grantedCents),
        },
        part('spent'),
        part('left'),
        part('expired'),
        part('revoked'),
      ]}
    />
  )
}
