import { expect } from 'chai'
import { hexToBytes, recoverTypedDataAddress } from 'viem'
import { HDKey, hdKeyToAccount } from 'viem/accounts'
import { spendsOf, spendTypedData } from '../../protocol/spend.ts'
import { addressOf, holdersOf, keysOf } from '../../wallet-app/src/keys/derive.ts'
import { signOffer } from '../../wallet-app/src/keys/signOffer.ts'

const seed = hexToBytes('0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f')
const facts = { chainId: 31_337, vouchers: '0x5fbdb2315678afecb367f032d93f642f64180aa3', graceSeconds: 60 } as const

describe('Keys of a phone', () => {
  const keys = keysOf(seed)
  const root = HDKey.fromMasterSeed(seed)

  it('are hardened children of one seed, as any wallet of that path would derive them', () => {
    for (const place of [0, 1, 59, 1_000_000]) {
      const account = hdKeyToAccount(root, { path: `m/44'/60'/0'/0'/${place}'` as "m/44'/60'/0'/0'" })
      expect(addressOf(keys.note(place))).to.equal(account.address.toLowerCase())
    }
  })

  it('sign in with a key that holds no note', () => {
    expect(holdersOf(keys, 0, 60)).not.to.include(addressOf(keys.signIn))
  })

  it('come in the order of the stock, each once', () => {
    const holders = holdersOf(keys, 10, 60)
    expect(new Set(holders).size).to.equal(60)
    expect(holders[3]).to.equal(addressOf(keys.note(13)))
  })

  it('sign what the contract recovers the holder from', async () => {
    const opening = {
      nonce: '0x0102030405060708',
      signedAt: Date.UTC(2026, 10, 22),
      salt: '0x1112131415161718',
      agreedCents: 890n,
    } as const
    const parts = [7, 9].map((place) => ({ noteId: `0x${'ab'.repeat(15)}0${place}` as const, place, mostCents: 445n }))
    const offer = await signOffer(keys, facts, 12, parts, opening)
    for (const [at, spend] of spendsOf(offer).entries()) {
      const holder = await recoverTypedDataAddress({
        ...spendTypedData(facts.chainId, facts.vouchers, spend),
        signature: offer.notes[at]!.signature,
      })
      expect(holder.toLowerCase()).to.equal(addressOf(keys.note(parts[at]!.place)))
    }
  })
})
