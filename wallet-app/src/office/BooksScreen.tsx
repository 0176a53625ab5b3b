import type { reconcile } from '../../../protocol/api/audit.ts'
import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { useLoad } from '../staff/useLoad.ts'
import { staffWords } from '../staff/words.ts'
import { fullDay, sum, timeOfDay } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Table } from '../ui/Table.tsx'
import { type Equation, equationsOf, totalEquations } from './equations.ts'
import type { Reconciliation } from './officeData.ts'
import { Terms } from './Terms.tsx'
import { words } from './words.ts'

/** Chain, database and bank side by side, to the cent. */
export function BooksScreen() {
  const t = words().books
  const loaded = useLoad(() => callStaff<typeof reconcile>('get', '/api/office/reconciliation', {}))
  const books = loaded.value
  return (
    <StaffScreen
      title={t.title}
      action={
        <Button kind="bare" isBusy={loaded.isBusy} onClick={loaded.reload}>
          {staffWords().reload}
        </Button>
      }
    >
      <LoadState of={loaded} />
      {books !== null && (
        <>
          <Verdict of={books} />
          {books.differences.length > 0 && <Differences of={books} />}
          <Totals of={books} />
          <Programmes of={books} />
          <Terms of={books} />
        </>
      )}
    </StaffScreen>
  )
}

function Verdict({ of: books }: { of: Reconciliation }) {
  const t = words().books
  const at = new Date(books.at)
  return (
    <Notice is={books.balanced ? 'yes' : 'no'}>
      <p class="verdict">{books.balanced ? t.balanced : t.notBalanced(String(books.differences.length))}</p>
      <p class="quiet">{t.at(`${fullDay(at)} ${timeOfDay(at)}`, String(books.block))}</p>
    </Notice>
  )
}

/** What is at fault, as the server names it: in English, the language of the code that found it. */
function Differences({ of: books }: { of: Reconciliation }) {
  const t = words().books
  const rows = books.differences.map((difference, place) => ({ ...difference, place }))
  return (
    <Table
      caption={t.differences}
      rows={rows}
      keyOf={({ place }) => String(place)}
      columns={[
        {
          title: t.what,
          cell: ({ what }) => (
            <span class="what" lang="en">
              {what}
            </span>
          ),
        },
        {
          title: t.difference,
          isNumber: true,
          cell: (one) => sum(BigInt(one.foundCents) - BigInt(one.expectedCents)),
        },
        { title: t.expected, isNumber: true, cell: (one) => sum(BigInt(one.expectedCents)) },
        { title: t.found, isNumber: true, cell: (one) => sum(BigInt(one.foundCents)) },
        { title: words().programmes.name, isNumber: true, cell: ({ programme }) => programme ?? '–' },
        { title: t.invariant, isNumber: true, cell: ({ invariant }) => String(invariant) },
        { title: t.note, cell: ({ note }) => (note === null ? '–' : <span class="mono small">{note}</span>) },
      ]}
    />
  )
}

function Totals({ of: books }: { of: Reconciliation }) {
  const t = words().books
  return (
    <Table
      caption={t.totals}
      rows={totalEquations(books.total)}
      keyOf={({ is }) => is}
      columns={[
        { title: t.what, cell: ({ is }) => t.equation[is] },
        { title: t.agrees, cell: ({ agrees }) => <Agrees is={agrees} /> },
        { title: t.chain, isNumber: true, cell: ({ chain }) => cents(chain) },
        { title: t.database, isNumber: true, cell: ({ database }) => cents(database) },
        { title: t.bank, isNumber: true, cell: ({ bank }) => cents(bank) },
      ]}
    />
  )
}

/** Granted, locked and spent of each programme, as each side counts them. */
function Programmes({ of: books }: { of: Reconciliation }) {
  const t = words().books
  const rows = books.programmes.map((programme) => ({ programme, ...equationsOf(programme) }))
  return (
    <Table
      caption={t.perProgramme}
      rows={rows}
      keyOf={({ programme }) => String(programme.programme)}
      columns={[
        { title: words().programmes.name, cell: ({ programme }) => programme.name },
        { title: t.agrees, cell: ({ granted, locked, spent }) => <Agrees is={areAll(granted, locked, spent)} /> },
        { title: words().budget.granted, isNumber: true, cell: ({ granted }) => cents(granted.database) },
        { title: t.side.lockedChain, isNumber: true, cell: ({ locked }) => cents(locked.chain) },
        { title: t.side.lockedDatabase, isNumber: true, cell: ({ locked }) => cents(locked.database) },
        { title: t.side.spentChain, isNumber: true, cell: ({ spent }) => cents(spent.chain) },
        { title: t.side.spentDatabase, isNumber: true, cell: ({ spent }) => cents(spent.database) },
        {
          title: t.side.funded,
          isNumber: true,
          cell: ({ programme }) => cents(BigInt(programme.bank.fundedCents ?? 0)),
        },
      ]}
    />
  )
}

function areAll(...equations: Equation[]): boolean {
  return equations.every(({ agrees }) => agrees)
}

function cents(value: Equation['chain']): string {
  return value === null ? '–' : sum(value)
}

function Agrees({ is }: { is: boolean }) {
  const t = words().books
  return (
    <span class={`agrees ${is ? 'yes' : 'no'}`}>
      <Icon name={is ? 'tick' : 'alert'} size={18} /> {is ? t.agrees : t.differs}
    </span>
  )
}
