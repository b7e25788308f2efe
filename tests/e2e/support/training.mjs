// Stands in for croquis-train, where a test has no need of a network that learnt something.
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const models = fileURLToPath(new URL('../../../models', import.meta.url));

const fake = (folder) => `#!/bin/bash
folder=${folder}
echo $$ > $folder/pid
echo "$@" >> $folder/calls
cat /proc/$$/stat | cut -d' ' -f19 > $folder/nice
ulimit -d > $folder/memory
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=$2 ;;
    --checkpoint) checkpoint=$2 ;;
    --people) people=$2 ;;
  esac
  shift
done
cp -r $people $folder/learnt
from=0
[ -e $checkpoint ] && from=$(cat $checkpoint)
echo $from >> $folder/begun
for step in 10 20 30; do
  [ $step -gt $from ] || continue
  echo "[###...] 10%  step $step/30  loss 1.$step  accuracy $step.5 %  128/s" >&2
  echo $step > $checkpoint
  mode=$(cat $folder/mode)
  if [ $mode = fails ]; then echo "croquis-train: error: The training diverged." >&2; exit 1; fi
  while [ $(cat $folder/mode) = waits-at-$step ]; do sleep 0.1; done
  if [ $mode = hangs ]; then trap '' TERM; while [ $(cat $folder/mode) = hangs ]; do sleep 0.1; done; fi
done
mkdir -p $out
cp ${models}/shapes.onnx ${models}/shapes.json $out
if [ $(cat $folder/mode) = differs ]; then
  echo >> $out/shapes.onnx
  sed -i 's/"commit": *"[^"]*"/"commit":"another"/' $out/shapes.json
fi
`;

/**
 * Writes it into `folder`, and gives its path. It tells of three steps as croquis-train does and does what the file
 * `mode` there says (`succeeds`, `fails`, `hangs`, which no signal ends, `differs`, which makes another network, or `waits-at-20`, until the file says
 * otherwise), and leaves beside it what it was called with.
 */
export async function fakeTraining(folder) {
  const program = path.join(folder, 'train');
  await writeFile(program, fake(folder));
  await chmod(program, 0o755);
  return program;
}
