// node compare.mjs HISTOGRAMS.json: decodes what histograms.cpp encoded and compares every figure. Runs on Node 18.
import { readFileSync } from "node:fs";
import hdr from "hdr-histogram-js";

const problems = [];
let figures = 0;

function expectEqual(histogram, what, ours, theirs) {
  figures += 1;
  if (ours !== theirs) problems.push(`${histogram.name}: ${what} is ${ours}, hdr-histogram-js says ${theirs}`);
}

function expectClose(histogram, what, ours, theirs, tolerance) {
  figures += 1;
  if (Math.abs(ours - theirs) > tolerance) problems.push(`${histogram.name}: ${what} is ${ours}, hdr-histogram-js says ${theirs}`);
}

function bucketsOf(decoded) {
  const buckets = [];
  for (let index = 0; index < decoded.countsArrayLength; index += 1) {
    const count = decoded.getCountAtIndex(index);
    if (count === 0) continue;
    const lowest = decoded.valueFromIndex(index);
    buckets.push([lowest, decoded.highestEquivalentValue(lowest), count]);
  }
  return buckets;
}

function compare(ours) {
  const theirs = hdr.decodeFromCompressedBase64(ours.encoded, 64, false);
  expectEqual(ours, "significant digits", 3, theirs.numberOfSignificantValueDigits);
  expectEqual(ours, "count", ours.count, theirs.totalCount);
  expectEqual(ours, "buckets", JSON.stringify(ours.buckets), JSON.stringify(bucketsOf(theirs)));
  if (ours.count === 0) return;
  // Extremes are exact with us and their bucket's edge in the encoding.
  expectEqual(ours, "max's bucket", theirs.highestEquivalentValue(ours.max), theirs.highestEquivalentValue(theirs.maxValue));
  expectEqual(ours, "min's bucket", theirs.lowestEquivalentValue(ours.min), theirs.getValueAtPercentile(0));
  for (const [percentile, value] of ours.percentiles) {
    expectEqual(ours, `p${percentile}`, value, Math.min(ours.max, theirs.getValueAtPercentile(percentile)));
  }
  expectClose(ours, "mean", ours.mean, theirs.mean, ours.mean / 1000);
  expectClose(ours, "standard deviation", ours.deviation, theirs.stdDeviation, ours.mean / 1000);
}

const histograms = JSON.parse(readFileSync(process.argv[2], "utf8"));
histograms.forEach(compare);
if (histograms.length < 10) problems.push(`only ${histograms.length} histograms were written`);
for (const problem of problems) console.error(problem);
console.log(`${histograms.length} histograms, ${figures} figures, ${problems.length} differences`);
process.exit(problems.length === 0 ? 0 : 1);
