import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { privateKeyToAddress } from 'viem/accounts'
import { live, ready } from '../../protocol/api/audit.ts'
import { getDirectory } from '../../protocol/api/network.ts'
import { waitFor } from '../../scripts/walkthrough/parallel.ts'
import { readConfig } from '../../server/config.ts'
import type { Deps } from '../../server/deps.ts'
import { generateKeys } from '../../server/keys.ts'
import { sealKeys } from '../../server/keystore.ts'
import { startServer } from '../../server/main.ts'
import { Caller } from '../support/caller.ts'

const name = JSON.stringify({ fi: 'K', sv: 'K', en: 'K' })

describe('Server', function () {
  this.timeout(60_000)
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'server-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const config = () => readConfig({ SAMPLE: 'true', DATA: folder, PORT: '0', LOG_LEVEL: 'silent' })
  const settle = async ({ db }: Deps) => {
    const row = { id: 'town', kind: 'parish', name, municipality: '240', phone: '+358 9 1' } as const
    await db
      .insertInto('organisations')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  it('comes back after a restart with its data, its keys and its chain', async () => {
    const directories = []
    for (let starts = 0; starts < 2; starts++) {
      const running = await startServer(config(), settle)
      const caller = new Caller(running.url)
      await waitFor('the chain', 30, async () => ((await caller.call(ready)).chain ? true : null))
      directories.push(await caller.call(getDirectory))
      await running.close()
    }
    expect(directories[0]).to.deep.equal(directories[1])
    expect(directories[0]?.organisations).to.have.length(1)
    expect(readdirSync(folder).sort()).to.deep.equal(['chain', 'keys.json', 'postgres'])
    expect(statSync(folder).mode & 0o077).to.equal(0)
  })

  it('refuses to start twice in one folder, and leaves the first one running', async () => {
    const running = await startServer(config())
    const second = await startServer(config()).catch((error: Error) => error)
    expect(second).to.be.an('error').with.property('message').that.includes('uses this data folder already')
    expect(await new Caller(running.url).call(ready)).to.include({ database: true })
    await running.close()
  })

  it('refuses to work without the key of each sender, in one sentence', async () => {
    const plain = generateKeys()
    const place = { keysFile: join(folder, 'acceptor.json'), passphraseFile: join(folder, 'passphrase') }
    const addresses = Object.fromEntries(
      Object.entries(plain.roles).map(([role, key]) => [role, privateKeyToAddress(key)]),
    )
    const { acceptor } = plain.roles
    const some = sealKeys({ roles: { acceptor }, secrets: plain.secrets }, addresses, 'sixteen letters at least')
    writeFileSync(place.keysFile, JSON.stringify(some))
    writeFileSync(place.passphraseFile, 'sixteen letters at least')
    const refused = await startServer({ ...config(), ...place }).catch((error: Error) => error.message)
    expect(refused).to.match(/^This key file lacks admin, treasury, registrar, issuer, finance, relayer: [^.]*$/)
  })

  it('is ready no more as soon as it ends, lives until it has, and then is gone', async () => {
    const running = await startServer({ ...config(), drainSeconds: 1 })
    const caller = new Caller(running.url)
    const closing = running.close()
    expect(await caller.refusal(ready)).to.equal('unavailable')
    expect(await caller.call(live)).to.deep.equal({ live: true })
    expect((await caller.call(getDirectory)).organisations).to.deep.equal([])
    await closing
    expect(await caller.call(live).catch((error: Error) => error.message)).to.equal('fetch failed')
  })

  it('lets go of everything when it cannot start', async () => {
    const failed = await startServer(config(), async () => {
      throw new Error('the town did not settle')
    }).catch((error: Error) => error)
    expect(failed).to.be.an('error').with.property('message', 'the town did not settle')
    expect(readdirSync(folder)).not.to.include('lock')
    await (await startServer(config())).close()
  })
})
