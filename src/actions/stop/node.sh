# Stop: a unit, processes, or pods.
# needs: hold/act hold/pods-node hold/pods-as
