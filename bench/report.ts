// What a bench run prints of its cells.
import type { Cell, TargetName } from './cells';
import type { Figures } from './turns';

export interface Measured {
  readonly cell: Cell;
  readonly figures: ReadonlyMap<string, Figures>;
}

/** A figure with three digits that count. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Processor time of a peer in that of the product: above 1 the product is the cheaper one. */
export function ratio({ figures }: Measured, peer: TargetName): number {
  return (figures.get(peer)?.cpuPer1000 ?? Number.NaN) / (figures.get('ours')?.cpuPer1000 ?? Number.NaN);
}

export function progressLine(measured: Measured): string {
  const ratios = measured.cell.targets
    .filter((name) => name !== 'ours')
    .map((name) => `${name} ÷ ours ${short(ratio(measured, name))}`);
  const ours = measured.figures.get('ours');
  return `${measured.cell.name}: ${[...ratios, `ours ${short(ours?.cpuPer1000 ?? Number.NaN)} s per 1 000`].join(', ')}`;
}

/** A table of one cell, in the form that docs/performance.md has. */
export function cellLines(measured: Measured): string[] {
  const head = [
    '',
    `### ${measured.cell.name}`,
    '',
    '| target | CPU ÷ ours | CPU s per 1 000 | SOAP calls per request | p50 ms | p99 ms | peak MB | most in flight | requests | refused |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  ];
  const rows = [...measured.figures].map(([name, figures]) => {
    const own = figures.cpuPer1000 / (measured.figures.get('ours')?.cpuPer1000 ?? Number.NaN);
    const { cpuPer1000, soapPerRequest, p50Ms, p99Ms, peakMb, inFlightMax, requests, refused } = figures;
    const cells = [own, cpuPer1000, soapPerRequest, p50Ms, p99Ms, peakMb].map(short);
    return `| ${[name, ...cells, inFlightMax, requests, refused].join(' | ')} |`;
  });
  return [...head, ...rows];
}
