import { type Address, type Hex, hashTypedData, recoverTypedDataAddress } from 'viem'
import { sign } from 'viem/accounts'
import { type Charge, chargeTypedData, type SignedCharge } from '../../../protocol/charge.ts'
import { paymentTypedData, type SignedPaymentReceipt } from '../../../protocol/receipt.ts'

interface Facts {
  chainId: number
  vouchers: Address
  acceptor: Address
}

/** Signs a charge with the device's key, so that a pasted-over code asks for nobody. */
export async function signCharge(privateKey: Hex, facts: Facts, charge: Charge): Promise<SignedCharge> {
  const hash = hashTypedData(chargeTypedData(facts.chainId, facts.vouchers, charge))
  return { ...charge, signature: await sign({ hash, privateKey, to: 'hex' }) }
}

/** Whether the acceptor signed this receipt: all that a till without network has to go by. */
export async function isGenuine(facts: Facts, receipt: SignedPaymentReceipt): Promise<boolean> {
  try {
    const { signature, ...signed } = receipt
    const signer = await recoverTypedDataAddress({
      ...paymentTypedData(facts.chainId, facts.vouchers, signed),
      signature,
    })
    return signer.toLowerCase() === facts.acceptor.toLowerCase()
  } catch {
    return false
  }
}
