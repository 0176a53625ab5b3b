import { fullDay, timeOfDay } from '../text/format.ts'
import { Code } from '../ui/Code.tsx'
import { staffWords } from './words.ts'

export interface BigCodeProps {
  code: string
  /** What the QR code holds: an address whose fragment is the code. */
  link: string
  expiresAt: string
}

/** A code to be scanned, read out or copied by hand: as a picture and in large letters. */
export function BigCode({ code, link, expiresAt }: BigCodeProps) {
  const t = staffWords().code
  const ends = new Date(expiresAt)
  return (
    <div class="big-code">
      <Code text={link} label={t.label} />
      <p class="big-code-text mono">{code}</p>
      <p class="quiet">{t.until(fullDay(ends), timeOfDay(ends))}</p>
    </div>
  )
}
