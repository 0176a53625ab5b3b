import { Buffer } from 'node:buffer'
import type { Address, Hex, TypedDataDomain } from 'viem'
import { keccak } from './keccak.ts'

/** EIP-712 typed data of one struct whose fields are whole words: numbers, bytes of a fixed length, addresses. */
export interface FlatTypedData {
  domain: TypedDataDomain
  types: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>
  primaryType: string
  message: Readonly<Record<string, number | bigint | Hex>>
}

type Put = (value: number | bigint | Hex, word: Buffer) => void

interface Layout {
  typeHash: Uint8Array
  fields: { name: string; put: Put }[]
}

const word = 32
const domainTypeHash = keccak(
  Buffer.from('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
)

// What stays the same from payment to payment is made once: types are constants, and an installation has one domain.
const layouts = new WeakMap<FlatTypedData['types'], Layout>()
const separators = new Map<string, Uint8Array>()

/** Whether `digestOf` takes it: every field is one word. */
export function isFlat({ types, primaryType }: Pick<FlatTypedData, 'types' | 'primaryType'>): boolean {
  return (types[primaryType] ?? []).every(({ type }) => /^(uint\d+|bytes\d+|address)$/.test(type))
}

/**
 * The digest that is signed, as the contract computes it (EIP-712). Throws a RangeError for a value that its field does not
 * hold and a TypeError for a field that is not one word.
 */
export function digestOf({ domain, types, primaryType, message }: FlatTypedData): Uint8Array {
  const layout = layoutOf(types, primaryType)
  const content = Buffer.alloc(word * (layout.fields.length + 1))
  content.set(layout.typeHash)
  for (const [place, { name, put }] of layout.fields.entries()) {
    const value = message[name]
    if (value === undefined) throw new TypeError(`${primaryType} has no ${name}`)
    put(value, content.subarray(word * (place + 1), word * (place + 2)))
  }
  return keccak(Buffer.concat([prefix, separatorOf(domain), keccak(content)]))
}

const prefix = Buffer.from([0x19, 0x01])

function layoutOf(types: FlatTypedData['types'], primaryType: string): Layout {
  const known = layouts.get(types)
  if (known !== undefined) return known
  const fields = types[primaryType] ?? []
  const text = `${primaryType}(${fields.map(({ name, type }) => `${type} ${name}`).join(',')})`
  const layout = {
    typeHash: keccak(Buffer.from(text)),
    fields: fields.map(({ name, type }) => ({ name, put: putterOf(type) })),
  }
  layouts.set(types, layout)
  return layout
}

function putterOf(type: string): Put {
  const bits = /^uint(\d+)$/.exec(type)?.[1]
  if (bits !== undefined) return (value, into) => putNumber(BigInt(value), Number(bits), into)
  const bytes = type === 'address' ? '20' : /^bytes(\d+)$/.exec(type)?.[1]
  if (bytes === undefined) throw new TypeError(`${type} is not one word`)
  const length = Number(bytes)
  // Bytes stand left in their word, an address right.
  const start = type === 'address' ? word - length : 0
  return (value, into) => {
    if (typeof value !== 'string' || !/^0x[0-9a-fA-F]*$/.test(value) || value.length !== 2 + 2 * length) {
      throw new RangeError(`Not ${length} bytes`)
    }
    into.write(value.slice(2), start, 'hex')
  }
}

function putNumber(value: bigint, bits: number, into: Buffer): void {
  if (value < 0n || value >> BigInt(bits) !== 0n) throw new RangeError(`${value} does not fit ${bits} bits`)
  if (bits <= 64) into.writeBigUInt64BE(value, word - 8)
  else into.write(value.toString(16).padStart(2 * word, '0'), 'hex')
}

function separatorOf({ name = '', version = '', chainId = 0, verifyingContract = '0x' }: TypedDataDomain): Uint8Array {
  const key = `${name}\n${version}\n${chainId}\n${verifyingContract}`
  const known = separators.get(key)
  if (known !== undefined) return known
  const content = Buffer.alloc(5 * word)
  content.set(domainTypeHash)
  content.set(keccak(Buffer.from(name)), word)
  content.set(keccak(Buffer.from(version)), 2 * word)
  putNumber(BigInt(chainId), 256, content.subarray(3 * word, 4 * word))
  putterOf('address')(verifyingContract as Address, content.subarray(4 * word))
  const separator = keccak(content)
  separators.set(key, separator)
  return separator
}
