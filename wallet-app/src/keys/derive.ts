import { type Address, bytesToHex, type Hex } from 'viem'
import { HDKey, privateKeyToAddress } from 'viem/accounts'

const hardened = 0x80000000

/** The only way from a seed to keys. Every step is hardened: one key that leaks tells nothing of its neighbours. */
export interface Keys {
  /** Private key of the note holder at this place in the stock. */
  note(place: number): Hex
  signIn: Hex
}

/** Notes are m/44'/60'/0'/0'/i', the sign-in key is m/44'/60'/1'/0'/0'. */
export function keysOf(seed: Uint8Array): Keys {
  const root = HDKey.fromMasterSeed(seed)
  const notes = root.derive("m/44'/60'/0'/0'")
  return {
    note: (place) => privateKeyOf(notes.deriveChild(hardened + place)),
    signIn: privateKeyOf(root.derive("m/44'/60'/1'/0'/0'")),
  }
}

/** As the API writes them: lower case. */
export function addressOf(privateKey: Hex): Address {
  return privateKeyToAddress(privateKey).toLowerCase() as Address
}

/** The addresses of the places `from`, `from + 1`, … in the order of the stock. */
export function holdersOf(keys: Keys, from: number, count: number): Address[] {
  return Array.from({ length: count }, (_, step) => addressOf(keys.note(from + step)))
}

function privateKeyOf(key: HDKey): Hex {
  if (key.privateKey === null) throw new Error('A hardened child has a private key')
  return bytesToHex(key.privateKey)
}
