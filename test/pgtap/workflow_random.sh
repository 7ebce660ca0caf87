#!/bin/bash
# Random steps, possible and impossible, by sessions at once; then what must hold whatever they did.
# SEED=n chooses others than the ones that are always the same.
set -eu
cd "$(dirname "$0")/../.."
seed=${SEED:-1}
workers=6 steps=${STEPS:-280} citizens=300
export PGOPTIONS='-c role=layout_owner -c timezone=UTC'

psql -XAtq -v ON_ERROR_STOP=1 -v citizens=$citizens -o /dev/null -f test/random_steps.sql
for worker in $(seq $workers); do
	psql -XAtq -v ON_ERROR_STOP=1 -c "CALL take_steps($worker, $steps, (($seed * 31 + $worker) % 997) / 997.0::float8)" &
done
for worker in $(jobs -p); do wait "$worker"; done
echo "# seed $seed"
psql -XAtq -v ON_ERROR_STOP=1 -f test/random_invariants.sql
