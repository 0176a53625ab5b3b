import { expect } from 'chai'
import { type Door, openDoor } from '../../../server/http/door.ts'

/** An answer that the test gives when it likes. */
function slowly() {
  let begun = () => {}
  let answer = () => {}
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve
  })
  const isDue = new Promise<void>((resolve) => {
    answer = resolve
  })
  return { isBegun, answer: () => answer(), begun: () => begun(), isDue }
}

describe('Door', () => {
  let door: Door
  let origin: string

  beforeEach(async () => {
    door = await openDoor({ host: '127.0.0.1', port: 0 })
    origin = `http://127.0.0.1:${door.port}`
  })
  afterEach(() => door.close())

  const ask = async (path: string) => {
    const answer = await fetch(origin + path)
    return { status: answer.status, connection: answer.headers.get('connection'), text: await answer.text() }
  }
  const statuses = async () => [(await ask('/health/live')).status, (await ask('/health/ready')).status]

  it('tells while it starts that the process lives and is not ready, and refuses the rest in a word', async () => {
    expect(await statuses()).to.deep.equal([200, 503])
    const refused = await fetch(`${origin}/api/till/payments`, { method: 'POST', body: 'x'.repeat(200_000) })
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '1'])
    expect(((await refused.json()) as { refusal: string }).refusal).to.equal('unavailable')
  })

  it('leaves every answer to the handler once it is open', async () => {
    door.open((req, res) => res.writeHead(req.url === '/health/ready' ? 200 : 204).end())
    expect(await statuses()).to.deep.equal([204, 200])
  })

  it('is not ready from the moment it leaves, and still answers whoever comes', async () => {
    door.open((_, res) => res.end('answered'))
    door.leave()
    expect(await statuses()).to.deep.equal([200, 503])
    expect(await ask('/api/wallet')).to.deep.equal({ status: 200, connection: 'close', text: 'answered' })
  })

  it('answers what is under way before it is empty, refuses what is new, and lives until it is closed', async () => {
    const slow = slowly()
    door.open(async (_, res) => {
      slow.begun()
      await slow.isDue
      res.end('at last')
    })
    const asked = ask('/api/wallet')
    await slow.isBegun
    let isEmpty = false
    const emptied = door.empty(20_000).then(() => {
      isEmpty = true
    })
    expect((await ask('/api/wallet')).status).to.equal(503)
    expect(await statuses()).to.deep.equal([200, 503])
    expect(isEmpty).to.equal(false)
    slow.answer()
    expect((await asked).text).to.equal('at last')
    await emptied
    expect(await statuses()).to.deep.equal([200, 503])
  })

  it('cuts off what is never answered', async () => {
    const never = slowly()
    door.open(() => never.begun())
    const cut = ask('/api/wallet').catch((error: Error) => error.message)
    await never.isBegun
    await door.empty(10)
    expect(await cut).to.equal('fetch failed')
  })
})
