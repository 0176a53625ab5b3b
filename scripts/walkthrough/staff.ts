import { staff as sampleStaff } from '../sample/town.ts'
import { Partner } from './partner.ts'

/** The sample town's staff, each signed in once. */
export interface Staff {
  workers: [Partner, Partner]
  approver: Partner
  officer: Partner
  finance: [Partner, Partner]
  auditor: Partner
}

/** Signs the whole staff in through the pages of the sample's issuer. */
export async function signInStaff(origin: string): Promise<Staff> {
  const [one, two, approver, officer, first, second, auditor] = await Promise.all(
    sampleStaff.map(({ subject }) => signInAs(origin, subject)),
  )
  return {
    workers: [one!, two!],
    approver: approver!,
    officer: officer!,
    finance: [first!, second!],
    auditor: auditor!,
  }
}

/** Follows the redirects of OpenID Connect like a browser without scripts, and presses the person's button. */
export async function signInAs(origin: string, subject: string): Promise<Partner> {
  const partner = new Partner(origin)
  let url = new URL('/api/auth/staff/login?returnTo=/desk', origin)
  let init: Parameters<Partner['send']>[1] = { method: 'GET' }
  for (let steps = 0; steps < 20; steps++) {
    const answer = await partner.send(url, init)
    const next = answer.headers.get('location')
    const page = await answer.text()
    if (next !== null) {
      url = new URL(next, url)
      if (url.pathname === '/desk') return partner
      init = { method: 'GET' }
      continue
    }
    if (!answer.ok) throw new Error(`Signing in as ${subject}: ${url.pathname} answered ${answer.status}`)
    const form = formOf(page, subject)
    if (form === null) throw new Error(`The sign-in page ${url.pathname} has no button for ${subject}`)
    url = new URL(form.action, url)
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin }
    init = { method: 'POST', headers, body: form.fields.toString() }
  }
  throw new Error(`Signing in as ${subject} goes round in circles`)
}

/** The form that holds the button of this value, with its hidden fields; or the only form of the page. */
function formOf(page: string, subject: string): { action: string; fields: URLSearchParams } | null {
  const forms = [...page.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)]
  const named = forms.find(([, , inside]) => inside?.includes(`value="${subject}"`))
  if (named === undefined) return null
  const [, head = '', inside = ''] = named
  const fields = new URLSearchParams()
  for (const [tag] of inside.matchAll(/<(input|button)\b[^>]*>/gi)) {
    const [name, value, type] = [attribute(tag, 'name'), attribute(tag, 'value'), attribute(tag, 'type')]
    const isPressed = value === subject
    if (name !== null && (isPressed || type === 'hidden')) fields.append(name, value ?? '')
  }
  return { action: attribute(head, 'action') ?? '', fields }
}

function attribute(tag: string, name: string): string | null {
  const match = new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)
  return match === null ? null : (match[1] ?? '').replaceAll('&amp;', '&')
}
