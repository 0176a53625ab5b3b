import { expect } from 'chai'
import { chargeSeconds } from '../../protocol/charge.ts'
import { oneScanMs, twoScanMs } from '../../wallet-app/src/sync/syncWallet.ts'
import { isForgotten, keptForMs } from '../../wallet-app/src/till/tillStore.ts'
import { metresTo } from '../../wallet-app/src/youth/near.ts'

describe('An offer whose end is not known', () => {
  it('holds its notes longer than any till may still send it', () => {
    expect(twoScanMs).to.be.greaterThan(chargeSeconds * 1000)
    expect(oneScanMs).to.be.greaterThan(15 * 60_000)
  })
})

describe('A receipt at a till', () => {
  it('counts no longer than the till remembers which it has taken', () => {
    const acceptedAt = Date.UTC(2026, 10, 10) / 1000
    const day = 86_400_000
    const ages = [0, 98 * day, keptForMs - 60_000, 400 * day]
    const forgotten = ages.map((age) => isForgotten({ acceptedAt }, acceptedAt * 1000 + age))
    expect(forgotten).to.deep.equal([false, false, true, true])
  })
})

describe('Distance', () => {
  const helsinki = { latitude: 60.1699, longitude: 24.9384 }
  const espoo = { latitude: 60.2055, longitude: 24.6559 }

  it('is unknown where a place or the phone is', () => {
    expect(metresTo({ latitude: null, longitude: null }, helsinki)).to.equal(null)
    expect(metresTo(espoo, null)).to.equal(null)
  })

  it('is as the crow flies', () => {
    expect(metresTo(helsinki, helsinki)).to.equal(0)
    expect(metresTo(espoo, helsinki)).to.be.closeTo(16_110, 100)
  })
})
