import { useEffect, useState } from 'preact/hooks'
import { enrolLink } from '../api/links.ts'
import { BigCode } from '../staff/BigCode.tsx'
import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { useLoad } from '../staff/useLoad.ts'
import { staffWords } from '../staff/words.ts'
import { refreshDirectory } from '../sync/directory.ts'
import { common } from '../text/common.ts'
import { fullDay, timeOfDay } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Code } from '../ui/Code.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import { type Case, type IssuedCode, issued, loadCase, makeCode } from './deskData.ts'
import { forYouth } from './forYouth.ts'
import { screens } from './screens.ts'
import { words } from './words.ts'

/**
 * The code that joins a youth's phone. Never made by merely coming here, or by the back button: a new one ends the one
 * that is on paper already.
 */
export function CodeScreen({ caseId }: { caseId: string }) {
  const t = words().code
  const loaded = useLoad(() => loadCase(caseId), caseId)
  const code = issued.value?.caseId === caseId ? issued.value : null
  const [act, make] = useAct(() => makeCode(caseId))
  const isBusy = act.is === 'busy'
  const one = loaded.value

  return (
    <StaffScreen
      title={t.title}
      onBack={screens.back}
      foot={
        code === null ? (
          <Button isBusy={isBusy || one === null} onClick={() => void make()}>
            {isBusy ? common().loading : t.make}
          </Button>
        ) : (
          <Button onClick={() => print()}>
            <Icon name="print" size={20} /> {staffWords().print}
          </Button>
        )
      }
    >
      <LoadState of={loaded} />
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      {code === null ? (
        one !== null && <Notice is="waiting">{one.hasWallet ? t.hasPhone : t.replaces}</Notice>
      ) : (
        <>
          <div class="no-print stack">
            <BigCode code={code.code} link={enrolLink(location.origin, code.code)} expiresAt={code.expiresAt} />
            <p class="middle">{t.lead}</p>
            <p class="middle">
              <Button kind="bare" isBusy={isBusy} onClick={() => void make()}>
                {t.makeNew}
              </Button>
              <span class="quiet">{t.replaces}</span>
            </p>
          </div>
          {one !== null && <Sheet code={code} language={one.language} />}
        </>
      )}
    </StaffScreen>
  )
}

/** On paper, in the youth's own language, and with nothing on it that tells where it came from. */
function Sheet({ code, language }: { code: IssuedCode; language: Case['language'] }) {
  const t = forYouth[language].sheet
  const [phone, setPhone] = useState<string | null>(null)
  useEffect(() => {
    refreshDirectory().then(
      (found) => setPhone(found.phone),
      () => {},
    )
  }, [])
  const ends = new Date(code.expiresAt)
  return (
    <section class="sheet only-print" lang={language} aria-label={t.title}>
      <h1>{t.title}</h1>
      <Code text={enrolLink(location.origin, code.code)} label={staffWords().code.label} />
      <p class="big-code-text mono">{code.code}</p>
      <ol>
        {t.steps(location.host).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p>{t.once(fullDay(ends), timeOfDay(ends))}</p>
      <p>{t.secret}</p>
      {phone !== null && <p>{t.help(phone)}</p>}
    </section>
  )
}
