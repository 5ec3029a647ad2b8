#!/bin/bash
# A sweep as an array of Slurm jobs, each of which trains every sixth run; the last step puts the parts together.
#
#   job=$(sbatch --parsable examples/cluster/slurm.sh)
#   sbatch --dependency=afterany:$job --array=0 examples/cluster/slurm.sh
#
# An array task that was ended by its limit goes on where it stopped: submit the script again.
#SBATCH --job-name=sweep
#SBATCH --array=1-6
#SBATCH --cpus-per-task=4
#SBATCH --time=04:00:00
set -eu

parts=6
sweep=examples/sweeps/learning-rates.yaml
part=$SLURM_ARRAY_TASK_ID

if [ "$part" -gt 0 ]; then
  # It stops with a checkpoint before Slurm's limit.
  exec npx entropy-sgd sweep $sweep --shard $part/$parts --out runs/part-$part --max-minutes 235
fi

from=()
# A part that never began is not there; its runs are trained by the last command.
for ((part = 1; part <= parts; part++)); do
  if [ -e "runs/part-$part" ]; then from+=(--from "runs/part-$part"); fi
done
npx entropy-sgd runs merge runs/whole "${from[@]}"
# The table; runs that have not ended anywhere are trained here.
npx entropy-sgd sweep $sweep --out runs/whole
