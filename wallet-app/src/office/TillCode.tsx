import { useEffect, useRef, useState } from 'preact/hooks'
import type { issueTillCode } from '../../../protocol/api/network.ts'
import type { Answer } from '../api/client.ts'
import { joinLink } from '../api/links.ts'
import { BigCode } from '../staff/BigCode.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { useRepeat } from '../staff/useLoad.ts'
import { Button } from '../ui/Button.tsx'
import { Check, Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import type { Merchant } from './officeData.ts'
import { words } from './words.ts'

interface Props {
  of: Merchant
  /** Asks again how things stand: a till that has joined is in the list. */
  onLook: () => void
}

interface Made extends Answer<typeof issueTillCode> {
  tillName: string
  /** How many tills there were, so that the one that joins is noticed. */
  tillsBefore: number
}

/** A code that makes a device a till of this merchant; once it is made, it alone is shown. */
export function TillCode({ of: one, onLook }: Props) {
  const [made, setMade] = useState<Made | null>(null)
  if (made !== null) return <ShownCode made={made} of={one} onLook={onLook} onAnother={() => setMade(null)} />
  return <NewTill of={one} onMade={setMade} />
}

function NewTill({ of: one, onMade }: { of: Merchant; onMade: (made: Made) => void }) {
  const t = words().merchant
  const [typed, setTyped] = useState('')
  const [acceptsAhead, setAhead] = useState(false)
  const tillName = typed.trim()
  const [act, make] = useAct(async () => {
    const answer = await callStaff<typeof issueTillCode>('post', '/api/office/merchants/:merchant/till-codes', {
      params: { merchant: one.id },
      body: { tillName, acceptsAhead },
    })
    onMade({ ...answer, tillName, tillsBefore: one.tills.length })
  })
  return (
    <form
      class="card stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <h2>{t.tillCode}</h2>
      <p class="quiet">{t.tillCodeLead}</p>
      <Field label={t.tillName} value={typed} onInput={setTyped} maxLength={40} />
      <Check label={t.ahead} isOn={acceptsAhead} onChange={setAhead} />
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <div class="row">
        <Button type="submit" isBusy={act.is === 'busy'} missing={tillName === '' ? t.tillNameFirst : null}>
          {t.makeCode}
        </Button>
      </div>
    </form>
  )
}

const everyMs = 4000

function ShownCode({ made, of: one, onLook, onAnother }: Props & { made: Made; onAnother: () => void }) {
  const t = words().merchant
  const heading = useRef<HTMLHeadingElement>(null)
  const hasJoined = one.tills.length > made.tillsBefore
  useEffect(() => heading.current?.focus(), [])
  useRepeat(onLook, !hasJoined, everyMs)
  return (
    <section class="card stack tight" aria-labelledby="till-code">
      <h2 id="till-code" ref={heading} tabIndex={-1}>
        {t.codeFor(made.tillName)}
      </h2>
      {hasJoined ? (
        <Notice is="yes">{t.tillJoined}</Notice>
      ) : (
        <>
          <p class="quiet">{t.tillCodeUse}</p>
          <BigCode code={made.code} link={joinLink(location.origin, made.code)} expiresAt={made.expiresAt} />
        </>
      )}
      <div>
        <Button kind="quiet" onClick={onAnother}>
          {t.makeAnother}
        </Button>
      </div>
    </section>
  )
}
