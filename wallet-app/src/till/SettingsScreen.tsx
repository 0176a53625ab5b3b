import { directory } from '../sync/directory.ts'
import { common } from '../text/common.ts'
import { isoDay } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { soundPaid, wakeSound } from '../ui/feedback.ts'
import { Icon } from '../ui/Icon.tsx'
import { LanguagePicker } from '../ui/LanguagePicker.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { useAct } from '../ui/useAct.ts'
import { names } from './names.ts'
import { screens } from './screens.ts'
import { waitingCancels } from './tillState.ts'
import { tillDb } from './tillStore.ts'
import { words } from './words.ts'

export function SettingsScreen() {
  const t = words().settings
  const { till, place } = names()
  const phone = directory.value?.phone
  const [act, save] = useAct(saveReceipts)
  return (
    <Screen title={t.title} onBack={screens.back}>
      <dl class="facts card">
        <dt>{t.place}</dt>
        <dd>{place}</dd>
        <dt>{words().till}</dt>
        <dd>{till}</dd>
      </dl>
      {waitingCancels.value > 0 && <Notice is="waiting">{t.queue(waitingCancels.value)}</Notice>}
      <Card>
        <LanguagePicker />
        <Button
          kind="quiet"
          onClick={() => {
            wakeSound()
            soundPaid()
          }}
        >
          {t.sound}
        </Button>
      </Card>
      {phone && (
        <a
          class="button quiet-button"
          href={`tel:${phone.replace(/\s/g, '')}`}
          aria-label={`${common().phone} ${phone}`}
        >
          <Icon name="phone" /> {phone}
        </a>
      )}
      <Card>
        <p class="quiet">{t.saveLead}</p>
        <Button kind="quiet" onClick={() => void save()} isBusy={act.is === 'busy'}>
          {t.save}
        </Button>
        {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      </Card>
    </Screen>
  )
}

/** Receipts and proofs as one file: what the contract pays by when the operator falls silent. */
async function saveReceipts(): Promise<void> {
  const db = await tillDb()
  const [receipts, proofs] = await Promise.all([db.getAll('receipts'), db.getAll('proofs')])
  const text = JSON.stringify({ chain: directory.peek()?.chain, receipts, proofs }, null, 2)
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = Object.assign(document.createElement('a'), {
    href: address,
    download: `kuitit-${isoDay(new Date())}.json`,
  })
  link.click()
  URL.revokeObjectURL(address)
}
