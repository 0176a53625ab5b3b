/** What a code may be, by its first letter: `https://host/p#c.…`. What is secret stands in the fragment alone. */
const kinds = { c: 'charge', s: 'spend', r: 'receipt', e: 'enrol', t: 'join' } as const

export type LinkKind = (typeof kinds)[keyof typeof kinds]

export interface Link {
  is: LinkKind
  /** The whole text, for the reader of that kind in `protocol/`. */
  text: string
  /** What follows the dot. */
  content: string
}

/** Null for any text that is not one of ours: a camera reads everything. */
export function readLink(text: string): Link | null {
  const match = /^https?:\/\/[^/#\s]+\/p#([csret])\.([\w-]+)$/.exec(text.trim())
  const kind = kinds[match?.[1] as keyof typeof kinds]
  const content = match?.[2]
  return kind === undefined || content === undefined ? null : { is: kind, text: text.trim(), content }
}

/** The link of a worker's code, for a youth's phone. */
export function enrolLink(origin: string, code: string): string {
  return `${origin}/p#e.${code}`
}

/** The link of a merchant's code, for a device that becomes a till. */
export function joinLink(origin: string, code: string): string {
  return `${origin}/p#t.${code}`
}

/** Kinds that a till reads; the others are a youth's. */
export function isForTill(link: Link): boolean {
  return link.is === 'spend' || link.is === 'receipt' || link.is === 'join'
}

/** Takes the link out of the address bar, so that it stays neither in the history nor on the screen. */
export function takeLink(): Link | null {
  if (!location.hash) return null
  const link = readLink(`${location.origin}/p${location.hash}`)
  const path = link && isForTill(link) ? '/till' : '/'
  history.replaceState(history.state, '', location.pathname.startsWith('/p') ? path : location.pathname)
  return link
}
