import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { isOne } from '../staff/staffSession.ts'
import { useLoad, useRepeat } from '../staff/useLoad.ts'
import { fullDay, sum } from '../text/format.ts'
import { Badge, Notice } from '../ui/Notice.tsx'
import { Table } from '../ui/Table.tsx'
import { Facts } from './Facts.tsx'
import { loadSettlement, type Settlement } from './officeData.ts'
import { ApproveSettlement, DropSettlement, PaymentFile } from './SettlementActs.tsx'
import { SettlementState } from './SettlementsScreen.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

const soonMs = 2000

/** One settlement: what goes to whom, and the next step of it. */
export function SettlementScreen({ id }: { id: string }) {
  const t = words().settlement
  const loaded = useLoad(() => loadSettlement(id), id)
  const one = loaded.value
  useRepeat(loaded.reload, one?.state === 'approved', soonMs)
  const isOpen = one?.state === 'draft' || one?.state === 'once_approved'
  return (
    <StaffScreen title={t.title} onBack={screens.back}>
      <LoadState of={loaded} />
      {one !== null && (
        <>
          <div class="columns">
            <About of={one} />
            <div class="stack">
              {isOpen && isOne('finance', 'officer') && <ApproveSettlement of={one} onChanged={loaded.set} />}
              {one.state === 'approved' && <Notice is="waiting">{t.waiting}</Notice>}
              {(one.state === 'ready' || one.state === 'filed') && isOne('finance') && (
                <PaymentFile of={one} onDownloaded={loaded.reload} />
              )}
              {isOpen && isOne('finance') && <DropSettlement of={one} onChanged={loaded.set} />}
            </div>
          </div>
          <Lines of={one} />
        </>
      )}
    </StaffScreen>
  )
}

function About({ of: one }: { of: Settlement }) {
  const t = words()
  return (
    <Facts
      of={[
        [t.state, <SettlementState key="state" of={one} />],
        [t.total, <b key="total">{sum(BigInt(one.totalCents))}</b>],
        [t.settlements.day, fullDay(new Date(one.executionDate))],
        [t.settlements.by, `${one.createdBy}, ${fullDay(new Date(one.createdAt))}`],
        [t.settlement.approvals, one.approvals.length === 0 ? t.settlement.noApprovals : one.approvals.join(', ')],
      ]}
    />
  )
}

const lineBadge = { draft: 'plain', settling: 'waiting', ready: 'waiting', paid: 'yes', returned: 'no' } as const

function Lines({ of: one }: { of: Settlement }) {
  const t = words().settlement
  return (
    <Table
      caption={words().settlements.lines}
      rows={one.lines}
      keyOf={({ endToEndId }) => endToEndId}
      columns={[
        { title: t.merchant, cell: (line) => line.merchantName, total: words().total },
        { title: t.sum, isNumber: true, cell: (line) => sum(BigInt(line.cents)), total: sum(BigInt(one.totalCents)) },
        { title: words().state, cell: (line) => <Badge is={lineBadge[line.state]}>{t.lineState[line.state]}</Badge> },
        { title: t.payments, isNumber: true, cell: (line) => String(line.payments) },
        { title: 'IBAN', cell: (line) => <span class="no-wrap">{line.iban.replace(/(.{4})(?=.)/g, '$1 ')}</span> },
        { title: t.reference, cell: (line) => <span class="no-wrap">{line.bankReference}</span> },
        { title: t.endToEnd, cell: (line) => <span class="mono small">{line.endToEndId}</span> },
      ]}
    />
  )
}
