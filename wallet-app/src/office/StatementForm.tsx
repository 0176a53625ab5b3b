import { useId, useState } from 'preact/hooks'
import type { readStatement } from '../../../protocol/api/settlements.ts'
import { callStaff } from '../staff/staffSession.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import { words } from './words.ts'

/** The bank's statement (camt.053): payments are confirmed, or come back. */
export function StatementForm({ onRead }: { onRead: () => void }) {
  const t = words().statement
  const id = useId()
  const [file, setFile] = useState<File | null>(null)
  const [act, read] = useAct(async (chosen: File) => {
    const xml = await chosen.text()
    const answer = await callStaff<typeof readStatement>('post', '/api/office/statements', { body: { xml } })
    onRead()
    return answer
  })
  return (
    <form
      class="card stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        if (file !== null) void read(file)
      }}
    >
      <h2>{t.title}</h2>
      <p class="quiet">{t.lead}</p>
      <div class="field">
        <label for={id}>{t.choose}</label>
        <input
          id={id}
          type="file"
          accept=".xml,application/xml,text/xml"
          onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
        />
      </div>
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      {act.is === 'done' && (
        <Notice is={act.value.unmatched > 0 || act.value.returned > 0 ? 'waiting' : 'yes'}>
          <p>{t.done(act.value.statement)}</p>
          <dl class="facts">
            <dt>{t.paid}</dt>
            <dd>{act.value.paid}</dd>
            <dt>{t.returned}</dt>
            <dd>{act.value.returned}</dd>
            <dt>{t.unmatched}</dt>
            <dd>{act.value.unmatched}</dd>
            <dt>{t.alreadyRead}</dt>
            <dd>{act.value.alreadyRead}</dd>
          </dl>
          {act.value.unmatched > 0 && <p>{t.unmatchedLead}</p>}
        </Notice>
      )}
      <div class="row">
        <Button kind="quiet" type="submit" isBusy={act.is === 'busy'} missing={file === null ? t.chooseFirst : null}>
          {t.read}
        </Button>
      </div>
    </form>
  )
}
