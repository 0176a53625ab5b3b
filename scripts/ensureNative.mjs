// Completes the install with Hardhat's native chain.
//
// npm filters optional platform packages by the Node that runs *npm*, not by the Node this project pins. On a host with
// Node 20, npm therefore leaves out the binary of @nomicfoundation/edr (which asks for 22 or newer) without a word, and
// Hardhat later stops with "couldn't load the native binding". This script already runs on the pinned Node, since
// npm puts node_modules/.bin first in PATH for lifecycle scripts; so it runs npm once more under itself, which adds the
// missing package and leaves package-lock.json alone. Plain JavaScript, because it must also run when only an old Node
// is there.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

/** A production install (`npm ci --omit=dev`) has no Hardhat and needs none. */
const isWanted = existsSync(new URL('../node_modules/@nomicfoundation/edr', import.meta.url))

function loads() {
  try {
    createRequire(import.meta.url)('@nomicfoundation/edr')
    return true
  } catch {
    return false
  }
}

if (isWanted && !loads()) {
  const npm = process.env.npm_execpath
  if (npm === undefined) {
    console.error('The native part of @nomicfoundation/edr is missing. Run this through npm: npm run postinstall')
    process.exit(1)
  }
  console.log(`Completing the install of @nomicfoundation/edr with Node ${process.version}`)
  const install = [npm, 'install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
  const { status } = spawnSync(process.execPath, install, { stdio: 'inherit' })
  // A fresh process has to look: this one remembers the failed load.
  const again = spawnSync(process.execPath, ['-e', 'require("@nomicfoundation/edr")'], { stdio: 'inherit' })
  process.exit(status || again.status || 0)
}
