import { useState } from 'preact/hooks'
import { readLink } from '../api/links.ts'
import { syncWallet } from '../sync/syncWallet.ts'
import { phase } from '../sync/walletState.ts'
import { common } from '../text/common.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { LanguagePicker } from '../ui/LanguagePicker.tsx'
import { lazyPart } from '../ui/lazyPart.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { useAct } from '../ui/useAct.ts'
import { screens } from './screens.ts'
import { words } from './words.ts'

const Camera = lazyPart(async () => (await import('../ui/Camera.tsx')).Camera)

/** A phone becomes a wallet by a code that somebody gave by hand. */
export function EnrolScreen({ code: given }: { code: string | null }) {
  const t = words().enrol
  const [code, setCode] = useState(given ?? '')
  const [isScanning, setScanning] = useState(false)
  const [act, start] = useAct(async (typed: string) => {
    await (await import('../sync/join.ts')).enrol(typed.trim().toUpperCase())
    screens.home()
    await syncWallet().catch(() => {})
  })
  const hasOne = phase.value === 'ready'

  if (isScanning) {
    return (
      <Screen title={t.scan} onBack={() => setScanning(false)}>
        <Camera
          onText={(text) => {
            const link = readLink(text)
            if (link?.is !== 'enrol') return false
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
      title={hasOne ? t.alreadyTitle : t.title}
      onBack={hasOne ? screens.home : undefined}
      foot={
        <>
          <Button
            onClick={() => void start(code)}
            isBusy={act.is === 'busy'}
            missing={code.trim().length < 8 ? t.codeFirst : null}
          >
            {act.is === 'busy' ? common().loading : t.start}
          </Button>
          {hasOne && (
            <Button kind="quiet" onClick={screens.home}>
              {t.keep}
            </Button>
          )}
        </>
      }
    >
      <p>{hasOne ? t.already : t.lead}</p>
      {phase.value === 'replaced' && <Notice is="waiting">{t.replaced}</Notice>}
      <Field label={t.code} value={code} onInput={setCode} isCode maxLength={40} />
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <div>
        <Button kind="bare" onClick={() => setScanning(true)}>
          <Icon name="scan" /> {t.scan}
        </Button>
      </div>
      {!hasOne && <LanguagePicker />}
    </Screen>
  )
}
