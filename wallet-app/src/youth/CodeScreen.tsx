import { useEffect, useRef, useState } from 'preact/hooks'
import { encodeSpend } from '../../../protocol/spend.ts'
import { isUnknown } from '../api/refused.ts'
import { placeOf } from '../sync/directory.ts'
import { giveUpOffer, sendOffer } from '../sync/pay.ts'
import { readWallet, sendGiveUp, syncWallet } from '../sync/syncWallet.ts'
import { offers, payments, serverNow } from '../sync/walletState.ts'
import type { KeptOffer } from '../sync/walletStore.ts'
import { common } from '../text/common.ts'
import { shortSum, sum, timeOfDay } from '../text/format.ts'
import { announce } from '../ui/announce.ts'
import { Button } from '../ui/Button.tsx'
import { Code } from '../ui/Code.tsx'
import { wakeSound } from '../ui/feedback.ts'
import { Notice } from '../ui/Notice.tsx'
import { isOnline } from '../ui/online.ts'
import { Screen } from '../ui/Screen.tsx'
import { Status } from '../ui/Status.tsx'
import { useAct } from '../ui/useAct.ts'
import { screens } from './screens.ts'
import { words } from './words.ts'
import './code.css'

const everyMs = 2000
const patienceMs = 3000
/** As long as a till may send it: five minutes for a charge, a quarter of an hour for one scan. */
const worksForMs = (kept: KeptOffer) => (kept.charge ? 5 : 15) * 60_000

/** A signed spend as a code. The till sends it; a phone with a network hears of it here. */
export function CodeScreen({ nonce }: { nonce: string }) {
  const [isAsking, setAsking] = useState(false)
  const [because, setBecause] = useState<string | null>(null)
  const [kept] = useState(() => offers.value.find(({ offer }) => offer.opening.nonce === nonce))
  const isOpen = offers.value.some(({ offer, state }) => offer.opening.nonce === nonce && state === 'open')
  const isPaid = isAccepted(nonce)
  const isLooking = useRef(false)

  useEffect(() => {
    if (isPaid) screens.replace({ is: 'paid', nonce })
  }, [isPaid, nonce])
  useEffect(() => {
    if (!kept || !isOpen) return
    const timer = setInterval(() => {
      if (isOnline.value && document.visibilityState === 'visible') void look(kept)
    }, everyMs)
    return () => clearInterval(timer)
  }, [kept, isOpen])

  /** A charge is sent again: the same offer for the same charge answers the same receipt. */
  async function look(open: KeptOffer) {
    if (isLooking.current) return
    isLooking.current = true
    try {
      if (open.charge) await sendOffer(open)
      else await readWallet()
    } catch (error) {
      if (!isUnknown(error)) setBecause(error instanceof Error ? error.message : '')
    } finally {
      isLooking.current = false
    }
  }

  /** With a network the server knows how it ended: the youth is asked only when it does not say so soon. */
  async function finish(open: KeptOffer) {
    if (isOnline.value) await Promise.race([look(open), new Promise((resolve) => setTimeout(resolve, patienceMs))])
    if (!isAccepted(nonce)) setAsking(true)
  }

  if (isPaid) return null
  if (!kept) return <Ended nonce={nonce} because={because} />
  if (isAsking) return <Ask kept={kept} onBack={() => setAsking(false)} />
  if (!isOpen) return <Ended nonce={nonce} because={because} />
  return <Shown kept={kept} onFinish={() => finish(kept)} />
}

function isAccepted(nonce: string): boolean {
  return payments.value.some(({ receipt, state }) => receipt.nonce === nonce && state === 'accepted')
}

function Shown({ kept, onFinish }: { kept: KeptOffer; onFinish: () => Promise<void> }) {
  const t = words().code
  const [act, finish] = useAct(onFinish)
  const name = placeOf(kept.merchant)?.name ?? words().receipts.unknownShop
  const ends = kept.madeAt + worksForMs(kept)
  const total = kept.charge ? sum(kept.cents) : t.upTo(shortSum(kept.cents))
  useEffect(() => announce(`${total}. ${t.lead}`), [total, t.lead])
  return (
    <Screen
      title={name}
      onBack={screens.home}
      foot={
        <Button
          kind="quiet"
          isBusy={act.is === 'busy'}
          onClick={() => {
            wakeSound()
            void finish()
          }}
        >
          {t.finish}
        </Button>
      }
    >
      <div>
        <p class="headline">{total}</p>
        <p class="quiet">{t.lead}</p>
      </div>
      <Code text={encodeSpend(location.origin, kept.offer)} label={t.label} />
      <TimeLeft from={kept.madeAt} to={ends} />
      <p class="quiet centre">
        {t.noNetwork} · {t.validUntil(timeOfDay(new Date(ends)))}
      </p>
    </Screen>
  )
}

/** How much of its time a code still has; said in words beside it. */
function TimeLeft({ from, to }: { from: number; to: number }) {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000)
    return () => clearInterval(timer)
  }, [])
  return <progress class="time-left" max={to - from} value={Math.max(0, to - now)} aria-hidden="true" />
}

/** Whether it was used is asked of the server where there is one, and of the youth where there is none. */
function Ask({ kept, onBack }: { kept: KeptOffer; onBack: () => void }) {
  const t = words().ask
  const [act, giveUp] = useAct(async () => {
    const given = await giveUpOffer(kept)
    try {
      const state = await sendGiveUp(given)
      if (state === 'paid') await readWallet()
      return state === 'undone' ? t.undone : t.noted
    } catch (error) {
      if (!isUnknown(error)) throw error
      return t.notedOffline
    } finally {
      syncWallet().catch(() => {})
    }
  })

  if (act.is === 'done') {
    return (
      <Screen title={act.value} foot={<Button onClick={screens.home}>{common().done}</Button>}>
        <p>{common().nothingCharged}</p>
      </Screen>
    )
  }
  return (
    <Screen
      title={t.title}
      onBack={onBack}
      foot={
        <>
          <Button onClick={screens.home}>{t.yes}</Button>
          <Button kind="quiet" onClick={() => void giveUp()} isBusy={act.is === 'busy'}>
            {t.no}
          </Button>
        </>
      }
    >
      <p>{t.lead}</p>
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <div>
        <Button kind="bare" onClick={onBack}>
          {t.back}
        </Button>
      </div>
    </Screen>
  )
}

function Ended({ nonce, because }: { nonce: string; because: string | null }) {
  const t = words()
  const sentences: Record<string, string> = common().refusal
  const isUndone = payments.value.some(({ receipt, state }) => receipt.nonce === nonce && state === 'undone')
  return (
    <Status
      is="no"
      title={isUndone ? t.receipts.undone : t.no.title}
      foot={<Button onClick={screens.home}>{common().close}</Button>}
    >
      <p>{isUndone ? t.ask.undone : (sentences[because ?? ''] ?? sentences.too_late)}</p>
      <p class="quiet">{common().nothingCharged}</p>
    </Status>
  )
}
