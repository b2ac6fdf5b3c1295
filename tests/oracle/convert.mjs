// Reads [{from, value, to, molecularWeight?, charge?}] as JSON and writes the converted values, null where refused.
import { readFileSync } from "node:fs";
import ucum from "@lhncbc/ucum-lhc";

const utils = ucum.UcumLhcUtils.getInstance();
const asked = JSON.parse(readFileSync(0, "utf8"));
const answers = asked.map(({ from, value, to, ...options }) => {
  const answer = utils.convertUnitTo(from, value, to, options);
  return answer.status === "succeeded" ? answer.toVal : null;
});
process.stdout.write(JSON.stringify(answers));
