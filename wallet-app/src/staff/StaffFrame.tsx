import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { common } from '../text/common.ts'
import { explain } from '../text/explain.ts'
import { language, languageNames, languages, setLanguage } from '../text/text.ts'
import { Button } from '../ui/Button.tsx'
import { LanguagePicker } from '../ui/LanguagePicker.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { Status } from '../ui/Status.tsx'
import { useAct } from '../ui/useAct.ts'
import { hasEnded, isOne, leave, lookAgain, openStaff, type Role, signInAddress, staff } from './staffSession.ts'
import { staffWords } from './words.ts'
import './staff.css'

export interface Tab {
  text: string
  isCurrent: boolean
  onOpen: () => void
}

export interface StaffFrameProps {
  face: 'desk' | 'office'
  roles: readonly Role[]
  /** The face's own words; loaded before its first screen is drawn. */
  loadWords: () => Promise<void>
  tabs: () => Tab[]
  children: () => ComponentChildren
}

/** Who is here, and the bar that every staff screen stands under. */
export function StaffFrame({ face, roles, loadWords, tabs, children }: StaffFrameProps) {
  const [state, setState] = useState<'starting' | 'ready' | { because: string }>('starting')
  useEffect(() => {
    Promise.all([staffWords.load(), loadWords(), openStaff()]).then(
      () => setState('ready'),
      (error: unknown) => setState({ because: explain(error) }),
    )
  }, [])

  if (state === 'starting') return null
  if (state !== 'ready') {
    const again = <Button onClick={() => location.reload()}>{common().tryAgain}</Button>
    return (
      <Status is="no" title={common().notLoaded} foot={again}>
        {state.because}
      </Status>
    )
  }
  if (staff.value === null) return <SignIn face={face} />
  const isAllowed = isOne(...roles)
  return (
    <div class="staff">
      <Bar face={face} tabs={isAllowed ? tabs() : []} />
      {hasEnded.value && <Ended face={face} />}
      {isAllowed ? children() : <NoRole face={face} />}
    </div>
  )
}

function SignIn({ face }: { face: 'desk' | 'office' }) {
  const t = staffWords()
  return (
    <Screen
      title={`${t.product} · ${t[face]}`}
      isMiddle
      foot={
        <a class="button main" href={signInAddress(face)}>
          {t.signIn}
        </a>
      }
    >
      <p>{face === 'desk' ? t.deskLead : t.officeLead}</p>
      <LanguagePicker />
    </Screen>
  )
}

function Bar({ face, tabs }: { face: 'desk' | 'office'; tabs: Tab[] }) {
  const t = staffWords()
  const [isOpen, setOpen] = useState(false)
  const me = useRef<HTMLButtonElement>(null)
  const [act, start] = useAct(leave)
  const close = () => {
    setOpen(false)
    me.current?.focus()
  }
  const name = staff.value?.name ?? ''
  return (
    <nav class="staff-bar" aria-label={t.menu} onKeyDown={({ key }) => key === 'Escape' && isOpen && close()}>
      <div class="staff-bar-row">
        <span class="staff-brand">
          {t.product} <span class="quiet">{t[face]}</span>
        </span>
        <div class="staff-tabs">
          {(tabs.length > 1 ? tabs : []).map(({ text, isCurrent, onOpen }) => (
            <button
              key={text}
              type="button"
              class="staff-tab"
              aria-current={isCurrent ? 'page' : undefined}
              onClick={() => {
                setOpen(false)
                onOpen()
              }}
            >
              {text}
            </button>
          ))}
        </div>
        <button ref={me} type="button" class="staff-me" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <span class="unseen">{t.account}: </span>
          {name}
        </button>
      </div>
      {isOpen && (
        <div class="staff-account">
          <Languages onChosen={close} />
          <div class="row">
            {face === 'desk' && isOne('officer', 'finance', 'auditor') && <a href="/office">{t.goToOffice}</a>}
            {face === 'office' && isOne('worker', 'approver') && <a href="/desk">{t.goToDesk}</a>}
            <Button kind="quiet" onClick={() => void start()} isBusy={act.is === 'busy'}>
              {t.signOut}
            </Button>
          </div>
          {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
        </div>
      )}
    </nav>
  )
}

/** Buttons, since choosing closes the menu: of radios the arrow keys would choose on their way. */
function Languages({ onChosen }: { onChosen: () => void }) {
  return (
    <fieldset class="chips">
      <legend class="label">{common().language}</legend>
      {languages.map((one) => (
        <button
          key={one}
          type="button"
          class="chip"
          lang={one}
          aria-pressed={one === language.value}
          onClick={() => void setLanguage(one).finally(onChosen)}
        >
          {languageNames[one]}
        </button>
      ))}
    </fieldset>
  )
}

function Ended({ face }: { face: 'desk' | 'office' }) {
  const t = staffWords()
  useEffect(() => {
    const look = () => void lookAgain().catch(() => {})
    addEventListener('focus', look)
    return () => removeEventListener('focus', look)
  }, [])
  return (
    <section class="staff-ended" aria-label={t.signIn}>
      <Notice is="no">
        <p>{t.ended}</p>
        <a href={signInAddress(face)} target="_blank" rel="noreferrer">
          {t.signInAgain}
        </a>
      </Notice>
    </section>
  )
}

function NoRole({ face }: { face: 'desk' | 'office' }) {
  const t = staffWords()
  const other = face === 'desk' ? 'office' : 'desk'
  return (
    <Screen title={t[face]} isWide isMiddle>
      <Notice is="waiting">{t.noRole}</Notice>
      <p>
        <a href={`/${other}`}>{other === 'desk' ? t.goToDesk : t.goToOffice}</a>
      </p>
    </Screen>
  )
}
