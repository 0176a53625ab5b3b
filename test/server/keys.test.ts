import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { bytesToHex, type Hex, parseGwei } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { receiptTypedData } from '../../protocol/receipt.ts'
import { generateKeys, openKeys, type Role, roles } from '../../server/keys.ts'
import { type SealedFile, sealKeys, unsealKeys } from '../../server/keystore.ts'
import { absentSigner, accountOf, localSigner } from '../../server/signer.ts'

const root = resolve(import.meta.dirname, '../..')
const passphrase = 'kipinä sixteen letters'

describe('Sealed key file', function () {
  this.timeout(60_000)
  let folder: string
  let path: string
  let plain: ReturnType<typeof generateKeys>
  const inFolder = (name: string) => join(folder, name)
  const write = (name: string, content: string) => {
    writeFileSync(inFolder(name), content)
    return inFolder(name)
  }
  const run = (args: string[], input = '') =>
    spawnSync(process.execPath, ['server/keys.ts', ...args], { cwd: root, input, encoding: 'utf8' })
  const open = (keysFile: string, passphraseFile: string | null = inFolder('passphrase'), isSample = false) =>
    openKeys({ keysFile, dataFolder: null, passphraseFile, isSample })
  const sealed = () => JSON.parse(readFileSync(path, 'utf8')) as SealedFile

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'keys-'))
    plain = generateKeys()
    write('plain.json', JSON.stringify(plain))
    write('passphrase', `${passphrase}\n`)
    path = inFolder('sealed.json')
    const made = run([path, '--from', inFolder('plain.json')], `${passphrase}\n`)
    expect(made.stderr).to.equal('')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  describe('is not opened', () => {
    const refused: [why: string, open: () => unknown, words: RegExp][] = [
      ['without a passphrase', () => open(path, null), /is sealed: KEYS_PASSPHRASE_FILE says/],
      ['with another passphrase', () => open(path, write('wrong', `${passphrase}!`)), /passphrase is not the one/],
      ['with an empty passphrase', () => open(path, write('empty', '\n')), /passphrase is not the one/],
      ['where there is none', () => open(inFolder('none.json')), /There is no key file/],
      ['when it is no JSON', () => open(write('text.json', 'Kipinä')), /it is no JSON/],
      ['in the plain, but in a sample', () => open(inFolder('plain.json')), /keys that anybody can read: npm run keys/],
    ]
    for (const [why, attempt, words] of refused) it(why, () => expect(attempt).to.throw(words))

    const changes: [what: string, change: (file: SealedFile) => void, words: RegExp][] = [
      ['its addresses', (file) => (file.addresses.finance = file.addresses.issuer ?? ''), /changed after it was made/],
      ['its keys', (file) => (file.sealed = flipped(file.sealed)), /changed after it was made/],
      ['its length', (file) => (file.sealed = file.sealed.slice(2)), /changed after it was made/],
      ['its tag', (file) => (file.tag = flipped(file.tag)), /changed after it was made/],
      ['its start', (file) => (file.iv = flipped(file.iv)), /changed after it was made/],
      ['its salt', (file) => (file.scrypt.salt = flipped(file.scrypt.salt)), /passphrase is not the one/],
      ['its cost, to less', (file) => (file.scrypt.cost = 2 ** 14), /not as it was made: scrypt.cost/],
      ['its format', (file) => Object.assign(file, { format: 'kipina-keys-0' }), /not as it was made: format/],
    ]
    for (const [what, change, words] of changes) {
      it(`when somebody changed ${what}`, () => {
        const file = sealed()
        change(file)
        expect(() => open(write('changed.json', JSON.stringify(file)))).to.throw(words)
      })
    }
  })

  describe('is not made', () => {
    const refused: [why: string, args: () => string[], input: string, words: RegExp][] = [
      ['over another file', () => [path], passphrase, /EEXIST/],
      ['with a short passphrase', () => [inFolder('short.json')], 'only fifteen ..', /has 15 letters, of at least 16/],
      ['for a role that is none', () => [inFolder('x.json'), '--only', 'king'], passphrase, /--only is not a key file/],
      ['nowhere', () => [], passphrase, /Say where/],
      ['by an unknown option', () => [inFolder('x.json'), '--password', 'x'], passphrase, /Unknown option/],
    ]
    for (const [why, args, input, words] of refused) {
      it(why, () => {
        const made = run(args(), input)
        expect([made.status, made.stdout]).to.deep.equal([1, ''])
        expect(made.stderr).to.match(words).and.not.include(passphrase)
      })
    }
  })

  it('opens with its passphrase to the keys that were sealed, whatever line ends the passphrase', () => {
    for (const end of ['', '\n', '\r\n']) {
      const keys = open(path, write('ended', passphrase + end))
      for (const role of roles) expect(keys[role].address).to.equal(privateKeyToAccount(plain.roles[role]).address)
      expect(`0x${keys.secrets.vault.toString('hex')}`).to.equal(plain.secrets.vault)
    }
  })

  it('holds no key in the plain, only addresses, and only its user may read it', () => {
    const text = readFileSync(path, 'utf8')
    for (const key of [...Object.values(plain.roles), ...Object.values(plain.secrets)]) {
      expect(text).not.to.include(key.slice(2, 20))
    }
    expect(sealed().addresses.acceptor).to.equal(privateKeyToAccount(plain.roles.acceptor).address)
    expect(statSync(path).mode & 0o777).to.equal(0o600)
  })

  it('is never the same twice', () => {
    const [one, other] = [1, 2].map(() => sealKeys({ a: 1 }, {}, passphrase))
    for (const field of ['iv', 'sealed', 'check', 'tag'] as const) expect(one![field]).not.to.equal(other![field])
    expect(unsealKeys(one, passphrase).content).to.deep.equal({ a: 1 })
  })

  it('gives a process some of the keys: it knows the others’ addresses, and cannot sign for them', async () => {
    const some = inFolder('api.json')
    const made = run(
      [some, '--only', 'acceptor', '--from', path, '--from-passphrase-file', inFolder('passphrase')],
      passphrase,
    )
    expect(made.stdout)
      .to.match(/^acceptor +0x\w{40}$/m)
      .and.match(/^treasury +0x\w{40} {2}\(not in this file\)$/m)
    const [whole, part] = [open(path), open(some)]
    for (const role of roles) expect(part[role].address).to.equal(whole[role].address)
    expect(part.secrets).to.deep.equal(whole.secrets)
    const message = 'Kipinä'
    expect(await part.acceptor.signMessage({ message })).to.equal(await whole.acceptor.signMessage({ message }))
    for (const role of roles.filter((role): role is Exclude<Role, 'acceptor'> => role !== 'acceptor')) {
      const signed = part[role].signMessage({ message })
      expect(await signed.catch((error: Error) => error.message)).to.equal(
        `This process was not given the key of ${role}`,
      )
    }
    expect(readFileSync(some, 'utf8')).not.to.include(plain.roles.treasury.slice(2))
  })
})

function flipped(hex: string): string {
  return (Number.parseInt(hex[0] ?? '0', 16) ^ 1).toString(16) + hex.slice(1)
}

describe('An account of a signer', () => {
  const privateKey = generatePrivateKey()
  const own = accountOf(localSigner(privateKey))
  const viems = privateKeyToAccount(privateKey)

  it('signs digests, messages, typed data and transactions as viem’s own account of the key', async () => {
    const bytes = (length: number) =>
      fc.uint8Array({ minLength: length, maxLength: length }).map((value): Hex => bytesToHex(value))
    await fc.assert(
      fc.asyncProperty(bytes(32), bytes(16), bytes(20), fc.nat(), fc.string(), async (hash, id, to, nonce, message) => {
        expect(await own.sign?.({ hash })).to.equal(await viems.sign({ hash }))
        expect(await own.signMessage({ message })).to.equal(await viems.signMessage({ message }))
        const content = { noteId: id, merchant: 1, amountCents: 1n, commitment: id, details: hash }
        const typed = receiptTypedData(1, to, content)
        expect(await own.signTypedData(typed)).to.equal(await viems.signTypedData(typed))
        const fees = { gas: 21_000n, maxFeePerGas: parseGwei('2'), maxPriorityFeePerGas: 1n }
        const call = { type: 'eip1559', chainId: 1, to, data: hash, nonce, ...fees } as const
        expect(await own.signTransaction(call)).to.equal(await viems.signTransaction(call))
      }),
      { numRuns: 20 },
    )
  })

  it('shows a signer 32 bytes and nothing else', async () => {
    const seen: Hex[] = []
    const signer = {
      ...localSigner(privateKey),
      sign: async (digest: Hex) => {
        seen.push(digest)
        return await localSigner(privateKey).sign(digest)
      },
    }
    const account = accountOf(signer)
    await account.signMessage({ message: 'a'.repeat(1000) })
    await account.signTransaction({ type: 'eip1559', chainId: 1, to: own.address, nonce: 0 })
    expect(seen.map((digest) => digest.length)).to.deep.equal([66, 66])
  })

  it('of a key that is not here has its address', () => {
    expect(accountOf(absentSigner('treasury', own.address)).address).to.equal(viems.address)
  })
})
