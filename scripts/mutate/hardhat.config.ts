/** The project's configuration, but the block's beneficiary says which mutant is awake: `MUTANT`, or none. */
import type { HardhatUserConfig } from 'hardhat/config'
import project from '../../hardhat.config.ts'
import { beneficiaryOf } from './plant.ts'

const { networks, test, ...rest }: HardhatUserConfig = project
const coinbase = `0x${beneficiaryOf(Number(process.env.MUTANT ?? 0))
  .toString(16)
  .padStart(40, '0')}`

// The contracts carry all mutants along, which makes them larger than a chain takes.
const network = { ...networks?.default, coinbase, allowUnlimitedContractSize: true } as NonNullable<
  HardhatUserConfig['networks']
>[string]

const config: HardhatUserConfig = {
  ...rest,
  networks: { ...networks, default: network },
  test: { ...test, solidity: { ...test?.solidity, coinbase } },
}

export default config
