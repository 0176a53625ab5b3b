import {
  type Address,
  type Hex,
  hashMessage,
  hashTypedData,
  keccak256,
  type LocalAccount,
  type Signature,
  serializeSignature,
  serializeTransaction,
} from 'viem'
import { privateKeyToAddress, toAccount } from 'viem/accounts'
import { signDigest } from './signing/secp256k1.ts'
import { digestOf, type FlatTypedData, isFlat } from './signing/typedData.ts'

/** All that a role needs of its key, and all that a KMS or an HSM has to do in the place of a file. */
export interface Signer {
  address: Address
  /** The signature of 32 bytes, with s in the lower half: the contracts take no other. */
  sign(digest: Hex): Promise<Pick<Signature, 'r' | 's'> & { yParity: number }>
}

/** A key that lies in this process. */
export function localSigner(privateKey: Hex): Signer {
  return {
    address: privateKeyToAddress(privateKey),
    sign: (digest) => signDigest(digest, privateKey),
  }
}

/** A key that this process was not given: whoever needs it is asked elsewhere. */
export function absentSigner(role: string, address: Address): Signer {
  return {
    address,
    async sign() {
      throw new Error(`This process was not given the key of ${role}`)
    },
  }
}

/** What viem signs with. Everything is hashed here, so that a signer sees 32 bytes and nothing else. */
export function accountOf(signer: Signer): LocalAccount {
  const signed = async (hash: Hex) => serializeSignature(await signer.sign(hash))
  const account = toAccount({
    address: signer.address,
    sign: ({ hash }) => signed(hash),
    signMessage: ({ message }) => signed(hashMessage(message)),
    signTypedData: (typedData) => signed(hashOf(typedData as FlatTypedData)),
    async signTransaction(transaction, { serializer = serializeTransaction } = {}) {
      const unsigned = await serializer(transaction)
      return (await serializer(transaction, await signer.sign(keccak256(unsigned)))) as never
    },
  })
  return account as LocalAccount
}

/** As viem hashes it; each receipt of a payment is flat, and takes a tenth of the time. */
function hashOf(typedData: FlatTypedData): Hex {
  if (!isFlat(typedData)) return hashTypedData(typedData as Parameters<typeof hashTypedData>[0])
  return `0x${Buffer.from(digestOf(typedData)).toString('hex')}`
}
