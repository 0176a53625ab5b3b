import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect } from 'chai'
import { conditionsOf, wake } from '../../scripts/mutate/conditions.ts'
import { draw } from '../../scripts/mutate/draw.ts'

const root = resolve(import.meta.dirname, '../..')

describe('Mutants', () => {
  it('are the conditions of require and if, whatever stands around them', () => {
    const source = `
      // if (inAComment) require(this, that);
      require(a < b, Wrong(a, b));
      require(f(a, b) && (c || d[1]), "if (x), no");
      if (x == 0) return; /* if (y) */
      if (!isOpen(a)) require(z, No());
    `
    expect(conditionsOf(source).map(({ line, text }) => `${line} ${text}`)).to.deep.equal([
      '3 a < b',
      '4 f(a, b) && (c || d[1])',
      '5 x == 0',
      '6 !isOpen(a)',
      '6 z',
    ])
  })

  it('sleep in the source until the block’s beneficiary has their number', () => {
    expect(wake('if (a) require(b, C(d));', 5)).to.equal(
      'if ((a) != (block.coinbase == address(uint160(65541)))) ' +
        'require((b) != (block.coinbase == address(uint160(65542))), C(d));',
    )
  })

  it('are drawn by lot, the same for the same seed', () => {
    const all = Array.from({ length: 50 }, (_, i) => i)
    expect(draw(all, 3, 7)).to.deep.equal(draw(all, 3, 7))
    expect(draw(all, 3, 7)).not.to.deep.equal(draw(all, 3, 8))
    expect(new Set(draw(all, 50, 7))).to.have.property('size', 50)
    expect(draw(all, 60, 7)).to.have.length(50)
  })

  it('of a sample do not survive', function () {
    this.timeout(15 * 60_000)
    const seed = process.env.MUTATE_SEED ?? String(Math.floor(Math.random() * 2 ** 31))
    console.log(`        seed ${seed}; MUTATE_SEED=${seed} draws the same`)
    const { status, stdout, stderr } = spawnSync(
      resolve(root, 'node_modules/.bin/node'),
      [resolve(root, 'scripts/mutate.ts'), '--sample', '3', '--seed', seed],
      { cwd: root, encoding: 'utf8' },
    )
    expect(stdout, stderr).to.match(/3 killed, 0 survived\n$/)
    expect(status).to.equal(0)
  })
})
