#!/usr/bin/env bash
# Run eps under a real Slurm on this machine: arrays of trainings, class maps and masks in parts, tasks that are queued
# again while they run, stopped at their time limit or cancelled. All results must be the bytes of an undisturbed run.
#   slurm-test.sh EPS [WORK]
# Needs root and Debian's slurm-wlm and munge; leaves out everything, and says so, where they are not installed.
set -euo pipefail
cd "$(dirname "$0")/.."
eps=$(realpath "${1:?the eps program}")
for tool in munged slurmctld slurmd sbatch; do
  if ! command -v "$tool" >/dev/null; then
    echo "no $tool on this machine: eps is not tried under Slurm"
    exit 0
  fi
done
if [[ $(id -u) != 0 ]]; then
  echo "not root, as a Slurm of its own needs: eps is not tried under Slurm"
  exit 0
fi
work=${2:-$(mktemp -d)}
mkdir -p "$work"
work=$(realpath "$work")
export SLURM_CONF=$work/slurm.conf

# A Slurm of its own: keys, sockets, ports and state below WORK, as the user who runs this.
start() {
  local left=$((SECONDS + 60))
  mkdir -p "$work"/{munge,state,spool}
  chmod 700 "$work/munge"
  dd if=/dev/urandom bs=1 count=1024 status=none of="$work/munge/key"
  chmod 400 "$work/munge/key"
  munged --force --key-file "$work/munge/key" --socket "$work/munge/socket" --pid-file "$work/munge/pid" \
    --log-file "$work/munge/log" --seed-file "$work/munge/seed" 2>/dev/null
  cat > "$SLURM_CONF" <<END
ClusterName=eps
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,batch_sched_delay=1
KillWait=20
ReturnToService=2
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
  slurmctld
  slurmd
  until sinfo --noheader --format %T 2>/dev/null | grep -qE 'idle|mixed'; do
    if ((SECONDS > left)); then
      echo "Slurm does not start:" >&2
      tail -n 5 "$work"/slurm*.log >&2
      exit 1
    fi
    sleep 0.5
  done
}

stop() {
  scancel --user="$(id -un)" 2>/dev/null || true
  scontrol shutdown 2>/dev/null || true
  local file
  for file in slurmd.pid slurmctld.pid munge/pid; do
    [[ -f $work/$file ]] && kill "$(cat "$work/$file")" 2>/dev/null || true
  done
}
trap stop EXIT

# submit SCRIPT [OPTION..]: the number of the job.
submit() { sbatch --parsable "${@:2}" "$1"; }

# running JOB [STATES]: waits until a task of the job runs, or is in one of the states, and prints its number.
running() {
  local task left=$((SECONDS + 120))
  until task=$(squeue --noheader --array --states="${2:-RUNNING}" --format %A --job "$1" | head -n 1) && [[ -n $task ]]; do
    if ((SECONDS > left)); then
      echo "no task of job $1 runs:" >&2
      squeue --states=all >&2
      exit 1
    fi
    sleep 0.2
  done
  echo "$task"
}

# begun JOB: as running, also where a short task has just ended; it can be queued again all the same.
begun() { running "$1" RUNNING,COMPLETING,COMPLETED; }

# ended JOB [SECONDS]: waits until every task of the job has ended, and fails where one has failed. A task that waits
# after it was queued again begins soon, but not in the second in which the node is told to end it.
ended() {
  local left=$((SECONDS + ${2:-600})) states id
  until states=$(squeue --noheader --array --states=all --format %T --job "$1" | sort -u) && [[ -n $states ]] &&
    ! grep -qvE '^(COMPLETED|CANCELLED|FAILED|TIMEOUT|NODE_FAIL)$' <<< "$states"; do
    for id in $(squeue --noheader --array --states=PENDING --format '%A %r' --job "$1" | awk '$2 == "BeginTime" { print $1 }'); do
      sleep 3
      scontrol update "JobId=$id" StartTime=now 2>/dev/null || true
    done
    if ((SECONDS > left)); then
      echo "job $1 does not end:" >&2
      squeue --states=all >&2
      exit 1
    fi
    sleep 0.5
  done
  if grep -qE 'FAILED|TIMEOUT|NODE_FAIL' <<< "$states"; then
    echo "job $1 failed:" >&2
    squeue --states=all >&2
    tail -n 5 ./*-"$1"*.out >&2
    exit 1
  fi
}

same() { # WHAT A B
  diff --recursive --brief --exclude='.eps-*' "$2" "$3"
  echo "same bytes: $1"
}

start
data=$work/data recipe=$work/recipe.toml
echo "== scenes, and everything once without Slurm"
"$eps" demo --quiet --scenes 32 --updates 1 --seed 1 --out "$work/report" --work "$work/demo"
data=$(realpath "$work/demo/data")
"$eps" recipes show demo-eps > "$recipe"
cd "$work"
grid=(ablate --quiet --recipe "$recipe" --data "$data" --list train --from-scratch --updates 25 --grid "lambda=0.25,0.75"
  --seeds 2 --resamples 100 --device cpu)
train=(train --quiet --recipe "$recipe" --data "$data" --list train --from-scratch --updates 120 --device cpu)
"$eps" "${grid[@]}" --out plain >/dev/null
"$eps" "${train[@]}" --out plain-run
"$eps" infer --quiet plain-run --data "$data" --list train --device cpu
"$eps" refine --quiet plain-run --data "$data" --preset psa --out plain-crf
"$eps" evaluate --quiet plain-run --data "$data" --list train --json plain-scores.json >/dev/null

# One thread for each of the tasks, which changes no bit.
export RAYON_NUM_THREADS=1
echo "== an array of trainings, tasks of which are queued again and signalled"
"$eps" "${grid[@]}" --out array --slurm array.sh --slurm-parallel 2 --sbatch=--time=10
[[ $("$eps" ablate status array | grep -c waiting) -ge 4 ]] || { echo "no status before the first task" >&2; exit 1; }
job=$(submit array.sh)
sleep 3
scontrol requeue "$(running "$job")"
sleep 2
# As at the time limit: the shell alone hears it, and the task queues itself again.
scancel --batch --signal=USR1 "$(running "$job")"
ended "$job"
same "results of the array" plain/results.json array/results.json

echo "== a training that is cancelled, then stopped at its time limit"
"$eps" "${train[@]}" --out run --slurm train.sh
job=$(submit train.sh)
running "$job" >/dev/null
sleep 2
scancel "$job"
ended "$job"
# Five seconds a time: it queues itself again until it is done.
job=$(submit train.sh --time=1 --signal=B:USR1@55)
ended "$job" 300
restarts=$(scontrol show job "$job" | grep -o 'Restarts=[0-9]*')
echo "$restarts"
[[ $restarts != Restarts=0 ]] || { echo "the training was not stopped at its time limit" >&2; exit 1; }
cut -d, -f1-5 plain-run/steps.csv > plain-steps
cut -d, -f1-5 run/steps.csv > run-steps
same "losses of the training" plain-steps run-steps

# Of the weights too, since the maps are those of the training above.
echo "== class maps, masks and scores in parts"
"$eps" infer --quiet run --data "$data" --list train --device cpu --slurm infer.sh --slurm-tasks 3
job=$(submit infer.sh)
scontrol requeue "$(begun "$job")"
ended "$job"
same "class maps" plain-run/cams run/cams
same "masks" plain-run/masks run/masks
"$eps" refine --quiet run --data "$data" --preset psa --out crf --slurm refine.sh --slurm-tasks 2
ended "$(submit refine.sh)"
same "refined masks" plain-crf/masks crf/masks
cat > evaluate.sh <<END
#!/bin/bash
#SBATCH --array=1-3
"$eps" evaluate run --data "$data" --list train --shard auto --counts "part-\$SLURM_ARRAY_TASK_ID.json"
END
ended "$(submit evaluate.sh)"
"$eps" merge part-1.json part-2.json part-3.json --out scores.json >/dev/null
same "scores" plain-scores.json scores.json
echo "== all results under Slurm are those without"
