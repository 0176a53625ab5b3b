import type { Hex } from 'viem'
import type { undoPayment } from '../../../protocol/api/till.ts'
import { callAs } from '../sync/session.ts'
import { sum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { useAct } from '../ui/useAct.ts'
import { screens } from './screens.ts'
import { words } from './words.ts'

/** A mistake is undone as a whole; a second tap says that it is meant. The main button is the one that changes nothing. */
export function UndoScreen({ payment, cents }: { payment: Hex; cents: bigint }) {
  const t = words()
  const [act, undo] = useAct(() =>
    callAs<typeof undoPayment>('till', 'post', '/api/till/payments/:payment/undo', { params: { payment }, body: {} }),
  )
  if (act.is === 'done') {
    return (
      <Screen title={t.undo.done} foot={<Button onClick={screens.home}>{t.paid.next}</Button>}>
        <span class="amount large">{sum(cents)}</span>
        <p>{t.undo.doneLead}</p>
      </Screen>
    )
  }
  return (
    <Screen
      title={t.undo.ask(sum(cents))}
      onBack={screens.back}
      foot={
        <>
          <Button kind="danger" onClick={() => void undo()} isBusy={act.is === 'busy'}>
            {t.undo.yes}
          </Button>
          <Button onClick={screens.back}>{t.undo.no}</Button>
        </>
      }
    >
      <p>{t.undo.lead}</p>
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
    </Screen>
  )
}
