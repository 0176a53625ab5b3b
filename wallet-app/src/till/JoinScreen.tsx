import { useState } from 'preact/hooks'
import { readLink } from '../api/links.ts'
import { readSeed } from '../keys/seed.ts'
import { refreshDirectory } from '../sync/directory.ts'
import { joinAsTill } from '../sync/join.ts'
import { common } from '../text/common.ts'
import { Button } from '../ui/Button.tsx'
import { Camera } from '../ui/Camera.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { LanguagePicker } from '../ui/LanguagePicker.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { useAct } from '../ui/useAct.ts'
import { screens } from './screens.ts'
import { learnWhoIAm, phase, syncTill } from './tillState.ts'
import { words } from './words.ts'

/** A device becomes a till of a merchant by a code. */
export function JoinScreen({ code: given }: { code: string | null }) {
  const t = words().join
  const [code, setCode] = useState(given ?? '')
  const [isScanning, setScanning] = useState(false)
  const [act, start] = useAct(async () => {
    await joinAsTill(code.trim().toUpperCase())
    const seed = await readSeed('till')
    if (seed) await learnWhoIAm(seed)
    // The directory that was read to sign in does not know this till yet.
    await refreshDirectory(true)
    screens.home()
    await syncTill().catch(() => {})
  })

  if (isScanning) {
    return (
      <Screen title={t.scan} onBack={() => setScanning(false)}>
        <Camera
          onText={(text) => {
            const link = readLink(text)
            if (link?.is !== 'join') return false
            setCode(link.content)
            setScanning(false)
            return true
          }}
        />
      </Screen>
    )
  }
  return (
    <Screen
      title={t.title}
      foot={
        <Button
          onClick={() => void start()}
          isBusy={act.is === 'busy'}
          missing={code.trim().length < 8 ? t.codeFirst : null}
        >
          {act.is === 'busy' ? common().loading : t.start}
        </Button>
      }
    >
      <p>{t.lead}</p>
      {phase.value === 'stopped' && <Notice is="waiting">{t.stopped}</Notice>}
      <Field label={t.code} value={code} onInput={setCode} isCode maxLength={40} />
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <div>
        <Button kind="bare" onClick={() => setScanning(true)}>
          <Icon name="scan" /> {t.scan}
        </Button>
      </div>
      <LanguagePicker />
    </Screen>
  )
}
