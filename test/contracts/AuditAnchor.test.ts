import { expect } from 'chai'
import type { Contract } from 'ethers'
import { as, ethers, loadFixture } from './support/town.ts'

const head = (byte: string) => `0x${byte.repeat(32)}`

async function deployAnchor() {
  const [admin, keeper, stranger] = await ethers.getSigners()
  const anchor: Contract = await ethers.deployContract('AuditAnchor', [admin])
  const role: string = await anchor.ANCHOR_ROLE()
  await anchor.grantRole(role, keeper)
  return { anchor, admin, keeper, stranger, role }
}

describe('Audit anchor', () => {
  it('refuses anybody without the role, the admin too', async () => {
    const { anchor, admin, stranger, role } = await loadFixture(deployAnchor)
    for (const caller of [admin, stranger]) {
      await expect(as(anchor, caller).anchor(head('01')))
        .to.be.revertedWithCustomError(anchor, 'AccessControlUnauthorizedAccount')
        .withArgs(caller, role)
    }
    expect(await anchor.anchorCount()).to.equal(0n)
  })

  it('refuses whoever lost the role', async () => {
    const { anchor, admin, keeper, role } = await loadFixture(deployAnchor)
    await as(anchor, admin).revokeRole(role, keeper)
    await expect(as(anchor, keeper).anchor(head('01'))).to.be.revertedWithCustomError(
      anchor,
      'AccessControlUnauthorizedAccount',
    )
  })

  it('lets nobody but the admin give the role', async () => {
    const { anchor, keeper, stranger, role } = await loadFixture(deployAnchor)
    for (const caller of [keeper, stranger]) {
      await expect(as(anchor, caller).grantRole(role, stranger))
        .to.be.revertedWithCustomError(anchor, 'AccessControlUnauthorizedAccount')
        .withArgs(caller, await anchor.DEFAULT_ADMIN_ROLE())
    }
  })

  it('numbers its anchors from 1 without a gap, also where a head comes again (INVARIANT 14)', async () => {
    const { anchor, keeper } = await loadFixture(deployAnchor)
    for (const [place, byte] of ['01', '02', '02'].entries()) {
      await expect(as(anchor, keeper).anchor(head(byte)))
        .to.emit(anchor, 'Anchored')
        .withArgs(place + 1, head(byte))
      expect(await anchor.anchorCount()).to.equal(BigInt(place + 1))
    }
  })
})
