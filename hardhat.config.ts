import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import hardhatEthers from '@nomicfoundation/hardhat-ethers'
import hardhatEthersChaiMatchers from '@nomicfoundation/hardhat-ethers-chai-matchers'
import hardhatMocha from '@nomicfoundation/hardhat-mocha'
import hardhatNetworkHelpers from '@nomicfoundation/hardhat-network-helpers'
import { defineConfig } from 'hardhat/config'

export default defineConfig({
  plugins: [hardhatMocha, hardhatEthers, hardhatEthersChaiMatchers, hardhatNetworkHelpers],
  paths: {
    // Contracts that only tests need live in test/contracts; of both folders, only *.t.sol files are Solidity tests.
    sources: ['contracts', 'test/contracts'],
    tests: { mocha: 'test/contracts', solidity: 'test/contracts' },
  },
  solidity: {
    version: '0.8.37',
    // The compiler comes with `npm ci`: nothing is downloaded at build time.
    path: createRequire(import.meta.url).resolve('solc/soljson.js'),
    // Each file is compiled with its own imports only, so its bytecode does not depend on what else was compiled.
    isolated: true,
    splitTestsCompilation: true,
    settings: {
      viaIR: true,
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 800 },
    },
  },
  networks: {
    default: {
      type: 'edr-simulated',
      chainType: 'l1',
      chainId: 31_337,
      hardfork: 'cancun',
      // Without a fixed first block, the same transactions would give other block hashes in every run.
      initialDate: '2026-01-01T00:00:00Z',
      allowBlocksWithSameTimestamp: true,
    },
  },
  test: {
    mocha: { timeout: 60_000, reporter: fileURLToPath(import.meta.resolve('./scripts/test/countingReporter.ts')) },
    solidity: {
      fuzz: { runs: 256 },
      // Hardhat's defaults took a minute for one invariant; these find planted faults in seconds.
      invariant: { runs: 16, depth: 64, failOnRevert: true },
    },
  },
})
