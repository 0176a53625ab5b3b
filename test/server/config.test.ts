import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../server/config.ts'
import { dayOf } from '../../server/days.ts'
import { openKeys, roles } from '../../server/keys.ts'
import { lockFolder } from '../../server/lock.ts'

const production = {
  ORIGIN: 'https://kipina.example',
  DATABASE_URL: 'postgres://db/kipina',
  RPC_URL: 'http://node:8545',
  KEYS_FILE: '/run/keys.json',
  KEYS_PASSPHRASE_FILE: '/run/passphrase',
  OIDC_ISSUER: 'https://issuer.example',
  OIDC_CLIENT_ID: 'kipina',
  OIDC_CLIENT_SECRET: 'secret',
  PHONE: '+358 16 123 456',
  DEBTOR_NAME: 'County',
  DEBTOR_IBAN: 'FI2112345600000785',
  DEBTOR_BIC: 'NDEAFIHH',
}

describe('Configuration', () => {
  const wrong: [env: Record<string, string>, complaint: RegExp][] = [
    [{}, /ORIGIN: needed[\s\S]*DATABASE_URL: needed[\s\S]*OIDC_ISSUER: needed/],
    [{ SAMPLE: 'yes' }, /SAMPLE/],
    [{ SAMPLE: 'true', PORT: '99999' }, /PORT/],
    [{ SAMPLE: 'true', PORT: 'x' }, /PORT/],
    [{ SAMPLE: 'true', ORIGIN: 'https://kipina.example/' }, /ORIGIN: An origin has no path/],
    [{ SAMPLE: 'true', ORIGIN: 'ftp://kipina.example' }, /ORIGIN/],
    [{ SAMPLE: 'true', RELEASE_STEP_CENTS: '0' }, /RELEASE_STEP_CENTS/],
    [{ ...production, GRACE_SECONDS: String(35 * 86_400 - 1) }, /GRACE_SECONDS: at least 35 days/],
    [{ ...production, ESCAPE_AFTER_SECONDS: String(7 * 86_400 - 1) }, /ESCAPE_AFTER_SECONDS: at least 7 days/],
    [{ ...production, ORIGIN: 'http://kipina.example' }, /ORIGIN: https/],
    [{ ...production, DEBTOR_IBAN: 'FI2112345600000786' }, /DEBTOR_IBAN: Not an IBAN/],
    [{ ...production, OIDC_ISSUER: '' }, /OIDC_ISSUER: needed/],
    [{ SAMPLE: 'true', PROCESS: 'worker' }, /PROCESS: all, unless DATABASE_URL and RPC_URL are shared/],
    [{ ...production, PROCESS: 'both' }, /PROCESS/],
  ]
  for (const [env, complaint] of wrong) {
    it(`is refused with ${complaint}`, () => expect(() => readConfig(env)).to.throw(complaint))
  }

  it('never repeats a secret in a complaint', () => {
    const read = () => readConfig({ ...production, DATABASE_URL: 'mysql://user:topsecret@db' })
    expect(read)
      .to.throw(/DATABASE_URL/)
      .and.not.match(/topsecret/)
  })

  it('of a sample needs nothing, and has short words for what only a town can say', () => {
    expect(readConfig({ SAMPLE: 'true' })).to.deep.include({
      origin: 'http://localhost:3000',
      isSample: true,
      oidc: null,
    })
  })

  it('of production is what was set', () => {
    expect(readConfig(production)).to.deep.include({
      isSample: false,
      origin: 'https://kipina.example',
      graceSeconds: 35 * 86_400,
      oidc: { issuer: 'https://issuer.example', clientId: 'kipina', clientSecret: 'secret' },
      debtor: { name: 'County', iban: 'FI2112345600000785', bic: 'NDEAFIHH' },
    })
  })
})

describe('Data folder', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'data-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('has keys of its own, one a role, that only its user can read', () => {
    const keys = openKeys({ keysFile: null, dataFolder: folder })
    expect(statSync(join(folder, 'keys.json')).mode & 0o777).to.equal(0o600)
    expect(new Set(roles.map((role) => keys[role].address)).size).to.equal(roles.length)
    expect(openKeys({ keysFile: null, dataFolder: folder }).acceptor.address).to.equal(keys.acceptor.address)
  })

  it('is not filled with new keys when the named file is absent', () => {
    expect(() => openKeys({ keysFile: join(folder, 'none.json'), dataFolder: folder })).to.throw('no key file')
  })

  it('does not quote a key file that is broken', () => {
    openKeys({ keysFile: null, dataFolder: folder })
    const path = join(folder, 'keys.json')
    const file = JSON.parse(readFileSync(path, 'utf8'))
    file.roles.finance = 'topsecret'
    writeFileSync(path, JSON.stringify(file))
    expect(() => openKeys({ keysFile: null, dataFolder: folder }))
      .to.throw(/roles.finance/)
      .and.not.match(/topsecret/)
  })

  it('is one process’s at a time', () => {
    writeFileSync(join(folder, 'lock'), String(process.ppid))
    expect(() => lockFolder(folder)).to.throw(`Process ${process.ppid} uses this data folder`)
  })

  it('is taken over from a process that is gone, and given back', () => {
    writeFileSync(join(folder, 'lock'), '2147483646')
    const release = lockFolder(folder)
    expect(readFileSync(join(folder, 'lock'), 'utf8')).to.equal(String(process.pid))
    release()
    lockFolder(folder)()
  })
})

describe('Day in Finland', () => {
  const days: [moment: string, day: string][] = [
    ['2026-11-30T21:59:59Z', '2026-11-30'],
    ['2026-11-30T22:00:00Z', '2026-12-01'],
    ['2026-06-30T20:59:59Z', '2026-06-30'],
    ['2026-06-30T21:00:00Z', '2026-07-01'],
  ]
  for (const [moment, day] of days) it(`is ${day} at ${moment}`, () => expect(dayOf(new Date(moment))).to.equal(day))
})
