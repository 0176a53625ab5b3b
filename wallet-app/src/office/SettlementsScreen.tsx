import { useState } from 'preact/hooks'
import type { draftSettlement } from '../../../protocol/api/settlements.ts'
import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { callStaff, isOne } from '../staff/staffSession.ts'
import { useLoad } from '../staff/useLoad.ts'
import { fullDay, isoDay, sum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Badge, Notice } from '../ui/Notice.tsx'
import { Table } from '../ui/Table.tsx'
import { useAct } from '../ui/useAct.ts'
import { fieldFault, loadSettlements, type Settlement } from './officeData.ts'
import { StatementForm } from './StatementForm.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

/** Settlements, a new one, and the bank's statement. */
export function SettlementsScreen() {
  const t = words().settlements
  const loaded = useLoad(loadSettlements)
  return (
    <StaffScreen title={t.title}>
      <LoadState of={loaded} />
      {loaded.value !== null && (
        <Table
          caption={t.title}
          isTitled
          rows={loaded.value}
          keyOf={({ id }) => id}
          empty={t.none}
          columns={[
            {
              title: t.day,
              cell: (one) => (
                <button type="button" class="link-button" onClick={() => screens.go({ is: 'settlement', id: one.id })}>
                  {fullDay(new Date(one.executionDate))}
                </button>
              ),
            },
            { title: words().state, cell: (one) => <SettlementState of={one} /> },
            { title: words().total, isNumber: true, cell: (one) => sum(BigInt(one.totalCents)) },
            { title: t.lines, isNumber: true, cell: (one) => String(one.lines.length) },
            { title: t.created, cell: (one) => fullDay(new Date(one.createdAt)) },
            { title: t.by, cell: (one) => one.createdBy },
          ]}
        />
      )}
      {isOne('finance') && (
        <div class="columns">
          <Draft />
          <StatementForm onRead={loaded.reload} />
        </div>
      )}
    </StaffScreen>
  )
}

const badgeOf = {
  draft: 'waiting',
  once_approved: 'waiting',
  approved: 'waiting',
  ready: 'yes',
  filed: 'yes',
  done: 'yes',
  dropped: 'plain',
} as const

export function SettlementState({ of: { state } }: { of: Pick<Settlement, 'state'> }) {
  return <Badge is={badgeOf[state]}>{words().settlements.state[state]}</Badge>
}

/** A preview of what every merchant is owed. */
function Draft() {
  const t = words().settlements
  const today = isoDay(new Date())
  const [executionDate, setDate] = useState(today)
  const [id] = useState(() => crypto.randomUUID())
  const [act, draft] = useAct(async () => {
    const made = await callStaff<typeof draftSettlement>('post', '/api/office/settlements', {
      body: { id, executionDate },
    })
    screens.go({ is: 'settlement', id: made.id })
  })
  const isPast = executionDate < today
  const because =
    act.is !== 'failed'
      ? null
      : act.refused?.word === 'wrong_state'
        ? t.nobody
        : fieldFault(act.refused, 'executionDate') === null
          ? act.because
          : t.past
  return (
    <form
      class="card stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isPast) void draft()
      }}
    >
      <h2>{t.new}</h2>
      <Field label={t.day} type="date" value={executionDate} onInput={setDate} error={isPast ? t.past : null} />
      {because !== null && <Notice is="waiting">{because}</Notice>}
      <div class="row">
        <Button type="submit" isBusy={act.is === 'busy'} missing={isPast ? t.past : null}>
          {t.draft}
        </Button>
      </div>
    </form>
  )
}
