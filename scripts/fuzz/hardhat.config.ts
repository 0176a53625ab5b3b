/** The project's configuration, but its Solidity tests are the long histories, as many as asked for. */
import { dirname } from 'node:path'
import type { HardhatUserConfig } from 'hardhat/config'
import project from '../../hardhat.config.ts'

const counts = process.env.FUZZ_COUNTS ?? ''

const config: HardhatUserConfig = {
  ...project,
  paths: { ...project.paths, tests: { solidity: 'scripts/fuzz' } },
  test: {
    solidity: {
      fsPermissions: { dangerouslyReadWriteDirectory: [dirname(counts)] },
      fuzz: { runs: Number(process.env.FUZZ_HISTORIES ?? 1), seed: process.env.FUZZ_SEED ?? '0x0' },
    },
  },
}

export default config
