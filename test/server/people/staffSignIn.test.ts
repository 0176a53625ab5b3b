import { expect } from 'chai'
import * as api from '../../../protocol/api/people.ts'
import { localPath } from '../../../server/people/staffSignIn.ts'
import type { Caller, Sent } from '../../support/caller.ts'
import { type TestServer, testServer } from '../../support/server.ts'

describe('Staff sign-in with OpenID Connect', function () {
  this.timeout(60_000)
  let town: TestServer

  before(async () => {
    town = await testServer()
  })
  after(() => town.close())

  /** Follows redirects on this host, until an answer that is none. */
  async function follow(caller: Caller, path: string): Promise<{ url: URL; sent: Sent }> {
    let url = new URL(path, town.origin)
    for (let steps = 0; steps < 10; steps++) {
      const sent = await caller.send('GET', url.pathname + url.search)
      const next = sent.headers.get('location')
      if (next === null || url.pathname === '/desk') return { url, sent }
      url = new URL(next, url)
      if (url.pathname.startsWith('/api/auth/staff/callback')) return { url, sent }
    }
    throw new Error('Round in circles')
  }

  const press = (caller: Caller, url: URL, subject: string) =>
    caller.send('POST', url.pathname, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ subject }).toString(),
    })

  it('signs a person in by a plain form, and sends them where they wanted to go', async () => {
    const { who } = await town.as(['worker', 'approver'])
    const caller = town.anyone()
    const { url, sent } = await follow(caller, '/api/auth/staff/login?returnTo=/desk/approvals')
    expect(sent.text).to.include(who.name)
    expect(sent.text).not.to.include('<script')

    const pressed = await press(caller, url, who.name)
    const callback = await follow(caller, pressed.headers.get('location') ?? '')
    const arrived = await caller.send('GET', callback.url.pathname + callback.url.search)
    expect([arrived.status, arrived.headers.get('location')]).to.deep.equal([303, '/desk/approvals'])
    const { session } = await caller.call(api.getSession, { params: { actor: 'staff' } })
    expect(session).to.deep.include({ name: who.name, roles: ['worker', 'approver'], organisation: 'town' })

    // The same answer of the issuer is worth nothing a second time.
    const again = await caller.send('GET', callback.url.pathname + callback.url.search)
    expect(again.json.refusal).to.equal('nonce_not_valid')
  })

  it('gives a cookie that scripts cannot read and only this host gets', async () => {
    const { who } = await town.as('auditor')
    const caller = town.anyone()
    const { url } = await follow(caller, '/api/auth/staff/login')
    const pressed = await press(caller, url, who.name)
    const callback = await follow(caller, pressed.headers.get('location') ?? '')
    const { headers } = await caller.send('GET', callback.url.pathname + callback.url.search)
    const cookie = headers.getSetCookie().find((line) => line.startsWith('__Host-kipina-staff'))
    for (const part of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/']) expect(cookie).to.include(part)
    expect(cookie).not.to.include('Domain')
  })

  it('refuses an answer to a sign-in that another browser began', async () => {
    const { who } = await town.as('worker')
    const [one, two] = [town.anyone(), town.anyone()]
    const { url } = await follow(one, '/api/auth/staff/login')
    const pressed = await press(one, url, who.name)
    const callback = await follow(one, pressed.headers.get('location') ?? '')
    await two.send('GET', '/api/auth/staff/login')
    const stolen = await two.send('GET', callback.url.pathname + callback.url.search)
    expect(stolen.json.refusal).to.equal('signature_not_valid')
  })

  it('refuses an answer out of nothing', async () => {
    const sent = await town.anyone().send('GET', '/api/auth/staff/callback?code=x&state=y')
    expect(sent.json.refusal).to.equal('nonce_not_valid')
  })

  it('refuses somebody who is not on the list', async () => {
    const caller = town.anyone()
    const { url } = await follow(caller, '/api/auth/staff/login')
    expect((await press(caller, url, 'nobody')).json.refusal).to.equal('not_known')
  })

  it('ends every session of somebody who has left', async () => {
    const worker = await town.as('worker')
    await town.deps.db.updateTable('staff').set({ is_active: false }).where('id', '=', worker.who.staffId).execute()
    expect(await worker.refusal(api.listCases)).to.equal('not_signed_in')
  })

  const elsewhere = [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    // The dots go away when the path is read, and what is left names another host.
    '/.//evil.example',
    '/desk/..//evil.example/x',
    '/%2e//evil.example',
    '/./\\evil.example',
    '\\\\evil',
    'desk',
    '/a b',
    '/\n/x',
    undefined,
    ['/desk'],
  ]
  for (const wanted of elsewhere) {
    it(`does not lead to ${JSON.stringify(wanted)}`, () => expect(localPath(wanted)).to.equal('/desk'))
  }
  for (const wanted of ['/', '/office/post?x=1', '/desk/cases#new']) {
    it(`leads to ${wanted}`, () => expect(localPath(wanted)).to.equal(wanted))
  }
})
