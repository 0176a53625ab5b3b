import { useRef, useState } from 'preact/hooks'
import type { fundProgramme } from '../../../protocol/api/network.ts'
import { readSum } from '../staff/readSum.ts'
import { SumField } from '../staff/SumField.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { useRepeat } from '../staff/useLoad.ts'
import { staffWords } from '../staff/words.ts'
import { sum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import type { Programme } from './officeData.ts'
import { words } from './words.ts'

/** How a bank's reference may look: printable ASCII. */
const reference = /^[\x20-\x7e]{4,35}$/

/** Money that arrived at the bank, put into the programme's three pots. */
export function FundForm({ programme, onBooked }: { programme: Programme; onBooked: () => void }) {
  const t = words().fund
  const id = useRef(crypto.randomUUID())
  const [bankReference, setReference] = useState('')
  const [budget, setBudget] = useState('')
  const [float, setFloat] = useState('')
  const [guarantee, setGuarantee] = useState('')
  const sums = [budget, float, guarantee].map((typed) => (typed.trim() === '' ? 0n : readSum(typed)))
  const [budgetCents, floatCents, guaranteeCents] = sums
  const total = sums.reduce<bigint>((all, one) => all + (one ?? 0n), 0n)
  const missing = !reference.test(bankReference.trim())
    ? t.referenceFirst
    : sums.includes(null)
      ? staffWords().notASum
      : total === 0n
        ? t.sumFirst
        : null

  const held = `${programme.budgetCents} ${programme.floatCents} ${programme.guaranteeCents}`
  const heldBefore = useRef(held)

  const [act, book] = useAct(async () => {
    heldBefore.current = held
    const pots = {
      budgetCents: String(budgetCents ?? 0n),
      floatCents: String(floatCents ?? 0n),
      guaranteeCents: String(guaranteeCents ?? 0n),
    }
    await callStaff<typeof fundProgramme>('post', '/api/office/programmes/:programme/fundings', {
      params: { programme: programme.id },
      body: { id: id.current, bankReference: bankReference.trim(), ...pots },
    })
    id.current = crypto.randomUUID()
    setReference('')
    setBudget('')
    setFloat('')
    setGuarantee('')
    onBooked()
  })
  // It is in the budget when it is final on chain: a few seconds, or longer on a slow network.
  useRepeat(onBooked, act.is === 'done' && held === heldBefore.current, 3000)

  return (
    <form
      class="card stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        if (missing === null) void book()
      }}
    >
      <h2>{t.title}</h2>
      <p class="quiet">{t.lead}</p>
      <Field label={t.reference} value={bankReference} onInput={setReference} maxLength={35} isCode />
      <SumField label={t.budget} value={budget} onInput={setBudget} />
      <SumField label={t.float} hint={t.floatHint} value={float} onInput={setFloat} />
      <SumField label={t.guarantee} hint={t.guaranteeHint} value={guarantee} onInput={setGuarantee} />
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      {act.is === 'done' && <Notice is="yes">{t.booked}</Notice>}
      <div class="row">
        <Button type="submit" isBusy={act.is === 'busy'} missing={missing}>
          {t.book(sum(total))}
        </Button>
      </div>
    </form>
  )
}
