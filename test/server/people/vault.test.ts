import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Vault } from '../../../server/deps.ts'
import { openVault } from '../../../server/people/vault.ts'

const fails = async (promise: Promise<unknown>) =>
  promise.then(
    () => false,
    () => true,
  )

describe('Vault', () => {
  const masterKey = randomBytes(32)
  let folder: string
  let vault: Vault
  let caseId: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vault-'))
    vault = openVault(folder, masterKey)
    caseId = randomUUID()
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('does not open an envelope for another case', async () => {
    const sealed = await vault.seal(caseId, { secret: 1 })
    const other = randomUUID()
    await vault.seal(other, 0)
    expect(await fails(vault.open(other, sealed))).to.equal(true)
  })

  it('does not open an envelope of which any byte was changed', async () => {
    const sealed = await vault.seal(caseId, 'x')
    for (let place = 0; place < sealed.length; place++) {
      const changed = Buffer.from(sealed)
      changed[place] = (changed[place] ?? 0) ^ 1
      expect(await fails(vault.open(caseId, changed)), String(place)).to.equal(true)
    }
  })

  it('does not open with another master key', async () => {
    const sealed = await vault.seal(caseId, 'x')
    expect(await fails(openVault(folder, randomBytes(32)).open(caseId, sealed))).to.equal(true)
  })

  it('does not open another person’s envelope with a key folder moved into its place', async () => {
    const sealed = await vault.seal(caseId, 'x')
    const other = randomUUID()
    renameSync(join(folder, caseId), join(folder, other))
    expect(await fails(vault.open(other, sealed))).to.equal(true)
  })

  it('makes no path of anything but a uuid', async () => {
    for (const id of ['../x', '', 'a'.repeat(36), `${randomUUID()}/..`]) {
      expect(await fails(vault.seal(id, 1)), id).to.equal(true)
    }
    expect(readdirSync(folder)).to.deep.equal([])
  })

  it('opens what it sealed, also after a restart', async () => {
    const content = { mailbox: randomUUID(), text: 'äö\u0000€', nested: [1, null, true] }
    const sealed = await vault.seal(caseId, content)
    expect(await openVault(folder, masterKey).open(caseId, sealed)).to.deep.equal(content)
  })

  it('seals the same content differently each time', async () => {
    const [one, two] = [await vault.seal(caseId, 'x'), await vault.seal(caseId, 'x')]
    expect(one.equals(two)).to.equal(false)
  })

  it('has one key a person, also when two first envelopes are sealed at once', async () => {
    for (let times = 0; times < 25; times++) {
      const id = randomUUID()
      const sealed = await Promise.all(Array.from({ length: 8 }, (_, place) => vault.seal(id, place)))
      const opened = await Promise.all(sealed.map((envelope) => vault.open(id, envelope)))
      expect(opened).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7])
      expect(readdirSync(join(folder, id))).to.deep.equal(['key'])
    }
  })

  it('keeps the key readable by its own user only, and never in clear', async () => {
    await vault.seal(caseId, 'x')
    const path = join(folder, caseId, 'key')
    expect(statSync(path).mode & 0o777).to.equal(0o600)
    expect(readFileSync(path).length).to.equal(1 + 12 + 16 + 32)
  })

  it('forgets one person for good, and nobody else', async () => {
    const other = randomUUID()
    const [gone, kept] = [await vault.seal(caseId, 'gone'), await vault.seal(other, 'kept')]
    await vault.forget(caseId)
    expect(await fails(vault.open(caseId, gone))).to.equal(true)
    expect(await vault.open(other, kept)).to.equal('kept')
    await vault.forget(caseId)
  })
})
