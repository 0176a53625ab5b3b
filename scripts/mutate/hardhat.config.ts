/** The project's configuration, but the block's beneficiary says which mutant is awake. */
import type { HardhatUserConfig } from 'hardhat/config'
import project from '../../hardhat.config.ts'

const { networks, test, ...rest }: HardhatUserConfig = project
const coinbase = `0x${(0x10000 + Number(process.env.MUTANT)).toString(16).padStart(40, '0')}`

// Every condition carries its mutant along, which makes the contracts larger than a chain takes.
const network = { ...networks?.default, coinbase, allowUnlimitedContractSize: true } as NonNullable<
  HardhatUserConfig['networks']
>[string]

const config: HardhatUserConfig = {
  ...rest,
  networks: { ...networks, default: network },
  test: { ...test, solidity: { ...test?.solidity, coinbase } },
}

export default config
